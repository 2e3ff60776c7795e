using System.Collections.Immutable;

namespace DmaGrains.Scenarios.Files;

/// <summary>What is wrong with a file, collected while it is read on with something harmless in its place.</summary>
internal sealed class Problems
{
    private readonly List<FileFormatException> _found = [];

    /// <summary>How many there are so far: what was read between two looks is right when nothing has been added.</summary>
    public int Count => _found.Count;

    /// <summary>All of them, in the order in which the file is read.</summary>
    public ImmutableArray<FileFormatException> Found => [.. _found];

    /// <summary>One more.</summary>
    public void Add(FileFormatException problem) => _found.Add(problem);

    /// <summary>Reads something whose first problem ends it; null when there is one.</summary>
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

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="FileFormatException">The first problem.</exception>
    public static T OrThrow<T>(Func<Problems, T?> read)
        where T : class
    {
        var problems = new Problems();
        var result = read(problems);
        return problems.Count == 0 ? result! : throw problems._found[0];
    }
}
