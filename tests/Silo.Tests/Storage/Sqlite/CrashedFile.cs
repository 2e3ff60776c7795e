using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace DmaGrains.Silo.Tests.Storage.Sqlite;

/// <summary>A file that is written, and what SIGKILL would leave of it: the system keeps what was written to files.</summary>
internal sealed class CrashedFile : IDisposable
{
    /// <summary>So small that a log goes into the file now and then.</summary>
    private const int LogFramesMax = 60;

    /// <summary>So small that journals are cleaned now and then.</summary>
    public const int UnneededBytesMax = 2 << 10;

    private const int Grains = 12;
    private const int Journals = 4;

    private readonly TemporaryFolder _folder = new();
    private Kept _acknowledged = new([], []);
    private Kept? _unheard;

    /// <summary>The paths of what is left.</summary>
    public SqlitePaths Left { get; }

    /// <summary>The paths while it was written.</summary>
    public SqlitePaths Written { get; }

    /// <param name="file">The file; null for one in a folder of its own.</param>
    public CrashedFile(string? file = null)
    {
        Written = SqlitePaths.Of(file ?? _folder.File("state.db"));
        Left = SqlitePaths.Of(_folder.File("left.db"));
    }

    /// <summary>The bytes that were written to journals.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>All files of a database.</summary>
    public static string[] All(SqlitePaths paths) => [paths.File, paths.Log, paths.Acknowledged];

    /// <summary>Opens what is written.</summary>
    public SqliteFile Open() => SqliteFile.Open(Written.File, LogFramesMax, unneededBytesMax: UnneededBytesMax);

    /// <summary>Commits some changes of states and journals.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="random">What is changed.</param>
    /// <param name="isHeard">Whether the commit counts as acknowledged.</param>
    public void Commit(SqliteFile file, Random random, bool isHeard = true)
    {
        file.Begin();
        var changed = new Dictionary<string, (long Version, byte[] State)>();
        var written = new Dictionary<string, (long Last, List<byte[]> Rows)>();
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            Change(file, $"dma-buffer/b/{random.Next(Grains)}", BytesOf(random, 3000), changed);
            Write(file, $"dma-buffer/b/{random.Next(Journals)}", BytesOf(random, random.Next(8) == 0 ? 9000 : 600), random.Next(3) == 0, written);
        }

        file.Commit();
        var next = new Kept(Merge(_acknowledged.States, changed), Merge(_acknowledged.Journals, written));
        (_acknowledged, _unheard) = isHeard ? (next, null) : (_acknowledged, next);
    }

    /// <summary>Commits some changes; false when that failed and they were rolled back.</summary>
    public bool TryCommit(SqliteFile file, Random random)
    {
        try
        {
            Commit(file, random);
            return true;
        }
        catch (Exception problem) when (problem is SqliteException or IOException)
        {
            file.RollBack();
            return false;
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

    /// <summary>Why what is left, or a row of it, is refused; null when it is opened, and all that was acknowledged is there.</summary>
    /// <exception cref="InvalidOperationException">It was opened, and something is missing.</exception>
    public string? Refusal()
    {
        SqliteFile opened;
        try
        {
            opened = SqliteFile.Open(Left.File, unneededBytesMax: UnneededBytesMax);
        }
        catch (StorageException refused)
        {
            return refused.Message;
        }

        using (opened)
        {
            try
            {
                AssertWhole(opened);
            }
            catch (Exception told) when (told is StorageException or SqliteException)
            {
                return told.Message;
            }
        }

        return null;
    }

    /// <summary>All that was acknowledged is there, and nothing older; of a commit that nobody heard of, everything or nothing.</summary>
    public void AssertWhole(SqliteFile file)
    {
        try
        {
            AssertIs(_acknowledged, file);
        }
        catch (InvalidOperationException) when (_unheard is not null)
        {
            AssertIs(_unheard, file);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static byte[] BytesOf(Random random, int most)
    {
        var bytes = new byte[random.Next(1, most)];
        random.NextBytes(bytes);
        return bytes;
    }

    private void Change(SqliteFile file, string grain, byte[] state, Dictionary<string, (long Version, byte[] State)> changed)
    {
        if (changed.ContainsKey(grain))
        {
            return;
        }

        long? expected = _acknowledged.States.TryGetValue(grain, out var before) ? before.Version : null;
        var version = StoredState.After(expected).Version;
        Assert.NotNull(file.Change(grain, "buffer", expected, SealedState.Seal(grain, "buffer", version, state)));
        changed[grain] = (version, state);
    }

    private void Write(
        SqliteFile file, string grain, byte[] bytes, bool isSnapshot, Dictionary<string, (long Last, List<byte[]> Rows)> written)
    {
        var (last, rows) = written.TryGetValue(grain, out var before) || _acknowledged.Journals.TryGetValue(grain, out before) ? before : (0, []);
        isSnapshot |= last == 0;
        Assert.True(file.TryWrite(grain, SealedJournal.Seal(grain, last + 1, isSnapshot, bytes)));
        written[grain] = (last + 1, isSnapshot ? [bytes] : [.. rows, bytes]);
        WrittenBytes += bytes.Length;
    }

    private static Dictionary<string, T> Merge<T>(Dictionary<string, T> before, Dictionary<string, T> changed)
    {
        var merged = new Dictionary<string, T>(before);
        foreach (var (grain, value) in changed)
        {
            merged[grain] = value;
        }

        return merged;
    }

    private static void AssertIs(Kept kept, SqliteFile file)
    {
        foreach (var (grain, (version, state)) in kept.States)
        {
            if (file.Read(grain, "buffer") is not { } found
                || found.Version != version
                || !SealedState.Unseal(grain, "buffer", version, found.Payload!)!.Value.Span.SequenceEqual(state))
            {
                throw new InvalidOperationException($"{grain} is not what was acknowledged.");
            }
        }

        foreach (var (grain, (last, rows)) in kept.Journals)
        {
            AssertIs(last, rows, file, grain);
        }
    }

    private static void AssertIs(long last, List<byte[]> rows, SqliteFile file, string grain)
    {
        var found = file.ReadJournal(grain);
        if (!found.Select(row => row.Sequence).SequenceEqual(rows.Select((_, index) => last - rows.Count + 1 + index)))
        {
            throw new InvalidOperationException($"The journal of {grain} does not have what was acknowledged.");
        }

        foreach (var (row, bytes) in found.Zip(rows))
        {
            if (!SealedJournal.IsWhole(grain, row))
            {
                throw new StorageException($"row {row.Sequence} of {grain} is damaged");
            }

            if (!SealedState.StateOf(row.Payload).Span.SequenceEqual(bytes))
            {
                throw new InvalidOperationException($"Row {row.Sequence} of {grain} is not what was acknowledged.");
            }
        }
    }

    /// <summary>What a file keeps.</summary>
    private sealed record Kept(
        Dictionary<string, (long Version, byte[] State)> States, Dictionary<string, (long Last, List<byte[]> Rows)> Journals);
}
