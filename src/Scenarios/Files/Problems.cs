using System.Collections.Immutable;

namespace DmaGrains.Scenarios.Files;

/// <summary>The problems of a file, collected while reading continues with harmless stand-ins.</summary>
internal sealed class Problems
{
    private readonly List<FileFormatException> _found = [];

    /// <summary>The number of problems so far; what was read meanwhile is valid if it has not grown.</summary>
    public int Count => _found.Count;

    /// <summary>All of them, in the order in which the file is read.</summary>
    public ImmutableArray<FileFormatException> Found => [.. _found];

    /// <summary>Adds a problem.</summary>
    public void Add(FileFormatException problem) => _found.Add(problem);

    /// <summary>Reads something up to its first problem; null when there is one.</summary>
    public T? Attempt<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (FileFormatException problem)
        {
            Add(problem);
            return null;
        }
    }

    /// <summary>Reads a whole file, and throws its first problem.</summary>
    /// <exception cref="FileFormatException">The first problem.</exception>
    public static T OrThrow<T>(Func<Problems, T?> read)
        where T : class
    {
        var problems = new Problems();
        var result = read(problems);
        return problems.Count == 0 ? result! : throw problems._found[0];
    }
}
