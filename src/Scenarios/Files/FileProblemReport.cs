namespace DmaGrains.Scenarios.Files;

/// <summary>One thing that is wrong with a file.</summary>
/// <param name="File">The file: that of the board where a scenario names one that is wrong.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Problem">What is wrong, and what was expected.</param>
public sealed record FileProblemReport(string File, int Line, int Column, string Problem);
