using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>A place in a file.</summary>
/// <param name="File">The file, as it was named.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Problems">Gets what is wrong here; null where the first problem ends the reading.</param>
internal readonly record struct Place(string File, int Line, int Column, Problems? Problems = null)
{
    /// <summary>Something is wrong here; the reading goes on where problems are collected.</summary>
    public void Report(string problem, string expected) => Report(Fail(problem, expected));

    /// <summary>The model refuses what is here; the reading goes on where problems are collected.</summary>
    public void Report(Refusal refusal, string expected) => Report(Fail(refusal, expected));

    private void Report(FileFormatException problem)
    {
        if (Problems is null)
        {
            throw problem;
        }

        Problems.Add(problem);
    }

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
