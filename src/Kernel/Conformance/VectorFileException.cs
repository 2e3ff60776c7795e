namespace DmaGrains.Kernel.Conformance;

/// <summary>A vector file that cannot be read as one.</summary>
/// <param name="path">The file, as the caller named it.</param>
/// <param name="line">The line at fault, from 1; 0 when the file as a whole is.</param>
/// <param name="message">What was found and what was expected.</param>
/// <remarks>The message reads <c>FILE:LINE: what was found; expected …</c>, without a line when that is 0.</remarks>
public sealed class VectorFileException(string path, int line, string message)
    : Exception(line == 0 ? $"{path}: {message}" : $"{path}:{line}: {message}")
{
    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; } = path;

    /// <summary>The line at fault, from 1; 0 when the file as a whole is.</summary>
    public int Line { get; } = line;
}
