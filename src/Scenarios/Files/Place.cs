using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>A place in a file.</summary>
/// <param name="File">The file, as it was named.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
internal readonly record struct Place(string File, int Line, int Column)
{
    /// <summary>What is wrong here, and what would be right.</summary>
    public FileFormatException Fail(string problem, string expected) =>
        new(File, Line, Column, $"{problem}; expected {expected}");

    /// <summary>What the model refuses here. Its sentence often says already what would be right.</summary>
    public FileFormatException Fail(Refusal refusal, string expected)
    {
        var reason = refusal.Reason.TrimEnd('.').Replace(": expected ", "; expected ", StringComparison.Ordinal);
        return reason.Contains("; expected ", StringComparison.Ordinal)
            ? new(File, Line, Column, reason)
            : Fail(reason, expected);
    }
}
