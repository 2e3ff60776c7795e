using DmaGrains.Model;
namespace DmaGrains.Scenarios.Files;

/// <summary>A file cannot be used. Tells the place, the problem, and what was expected.</summary>
/// <param name="file">The file, as it was named.</param>
/// <param name="line">The line, from 1.</param>
/// <param name="column">The column, from 1.</param>
/// <param name="problem">One sentence without a full stop: <c>PROBLEM; expected WHAT</c>.</param>
public sealed class FileFormatException(string file, int line, int column, string problem)
    : Exception($"{HarmlessText.Of(file)}:{line}:{column}: {HarmlessText.Of(problem)}")
{
    /// <summary>The file, as it was named.</summary>
    public string File { get; } = file;

    /// <summary>What is wrong and what was expected, without the place.</summary>
    public string Problem { get; } = HarmlessText.Of(problem);

    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>The column, from 1.</summary>
    public int Column { get; } = column;
}
