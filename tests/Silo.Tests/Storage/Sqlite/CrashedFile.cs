using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.Sqlite;

namespace DmaGrains.Silo.Tests.Storage.Sqlite;

/// <summary>A file that is written, and what SIGKILL would leave of it: the system keeps what was written to files.</summary>
internal sealed class CrashedFile : IDisposable
{
    /// <summary>So small that a log goes into the file now and then.</summary>
    private const int LogFramesMax = 25;

    private const int Grains = 12;

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, (long Version, byte[] State)> _acknowledged = [];

    /// <summary>The paths of what is left.</summary>
    public SqlitePaths Left { get; }

    /// <summary>The paths while it was written.</summary>
    public SqlitePaths Written { get; }

    public CrashedFile()
    {
        Written = SqlitePaths.Of(_folder.File("state.db"));
        Left = SqlitePaths.Of(_folder.File("left.db"));
    }

    /// <summary>All files of a database.</summary>
    public static string[] All(SqlitePaths paths) => [paths.File, paths.Log, paths.Acknowledged];

    /// <summary>Opens what is written.</summary>
    public SqliteFile Open() => SqliteFile.Open(Written.File, LogFramesMax);

    /// <summary>Commits some changes.</summary>
    public void Commit(SqliteFile file, Random random)
    {
        file.Begin();
        var changed = new Dictionary<string, (long Version, byte[] State)>();
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var grain = $"dma-buffer/b/{random.Next(Grains)}";
            var state = new byte[random.Next(1, 3000)];
            random.NextBytes(state);
            long? expected = _acknowledged.TryGetValue(grain, out var before) ? before.Version : null;
            if (changed.ContainsKey(grain))
            {
                continue;
            }

            var version = StoredState.After(expected).Version;
            Assert.NotNull(file.Change(grain, "buffer", expected, SealedState.Seal(grain, "buffer", version, state)));
            changed[grain] = (version, state);
        }

        file.Commit();
        foreach (var (grain, state) in changed)
        {
            _acknowledged[grain] = state;
        }
    }

    /// <summary>Leaves what a SIGKILL at this moment would.</summary>
    public void Crash()
    {
        foreach (var (from, to) in All(Written).Zip(All(Left)))
        {
            File.Delete(to);
            if (File.Exists(from))
            {
                File.Copy(from, to);
            }
        }
    }

    /// <summary>Why what is left is refused; null when it is opened, and all that was acknowledged is there.</summary>
    /// <exception cref="InvalidOperationException">It was opened, and something is missing.</exception>
    public string? Refusal()
    {
        SqliteFile opened;
        try
        {
            opened = SqliteFile.Open(Left.File);
        }
        catch (StorageException refused)
        {
            return refused.Message;
        }

        using (opened)
        {
            AssertWhole(opened);
        }

        return null;
    }

    /// <summary>All that was acknowledged is there, and nothing older.</summary>
    public void AssertWhole(SqliteFile file)
    {
        foreach (var (grain, (version, state)) in _acknowledged)
        {
            if (file.Read(grain, "buffer") is not { } found
                || found.Version != version
                || !SealedState.Unseal(grain, "buffer", version, found.Payload!)!.Value.Span.SequenceEqual(state))
            {
                throw new InvalidOperationException($"{grain} is not what was acknowledged.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
