namespace DmaGrains.Scenarios.Files;

/// <summary>One problem of a file.</summary>
/// <param name="File">The file; for a problem of a scenario's board, the board's file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Problem">What is wrong, and what was expected.</param>
public sealed record FileProblemReport(string File, int Line, int Column, string Problem);
