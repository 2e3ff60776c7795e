using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>A place in a file.</summary>
/// <param name="File">The file, as it was named.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Problems">Collects problems; null to stop at the first problem.</param>
internal readonly record struct Place(string File, int Line, int Column, Problems? Problems = null)
{
    /// <summary>Reports a problem here; reading continues if problems are collected.</summary>
    public void Report(string problem, string expected) => Report(Fail(problem, expected));

    /// <summary>Reports a refusal of the model here; reading continues if problems are collected.</summary>
    public void Report(Refusal refusal, string expected) => Report(Fail(refusal, expected));

    private void Report(FileFormatException problem)
    {
        if (Problems is null)
        {
            throw problem;
        }

        Problems.Add(problem);
    }

    /// <summary>The exception for a problem here.</summary>
    public FileFormatException Fail(string problem, string expected) =>
        new(File, Line, Column, $"{problem}; expected {expected}");

    /// <summary>The exception for a refusal here, whose sentence often tells already what was expected.</summary>
    public FileFormatException Fail(Refusal refusal, string expected)
    {
        var reason = refusal.Reason.TrimEnd('.').Replace(": expected ", "; expected ", StringComparison.Ordinal);
        return reason.Contains("; expected ", StringComparison.Ordinal)
            ? new(File, Line, Column, reason)
            : Fail(reason, expected);
    }
}
