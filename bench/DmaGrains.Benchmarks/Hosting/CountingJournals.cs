using System.Collections.Concurrent;
using System.Collections.Immutable;
using DmaGrains.Storage;

namespace DmaGrains.Benchmarks.Hosting;

/// <summary>Keeps journals in this process, and counts what is written.</summary>
internal sealed class CountingJournals : IJournalStore
{
    private readonly ConcurrentDictionary<string, ImmutableArray<JournalRow>> _journals = new();
    private int _writes;
    private long _bytes;

    /// <summary>Journals that are kept, and the bytes of their rows.</summary>
    public (int Journals, long Bytes) Kept => (_journals.Count, _journals.Values.Sum(rows => rows.Sum(row => (long)row.Payload.Length)));

    /// <summary>Rows that were written since this was last asked, and their bytes.</summary>
    public (int Writes, long Bytes) Take() => (Interlocked.Exchange(ref _writes, 0), Interlocked.Exchange(ref _bytes, 0));

    public Task<ImmutableArray<JournalRow>> DoAsync(JournalRead read) =>
        Task.FromResult(_journals.TryGetValue(read.Grain, out var rows) ? rows : []);

    public ValueTask<bool> DoAsync(JournalWrite write)
    {
        var rows = _journals.GetValueOrDefault(write.Grain, []);
        if (!write.Row.Follows(rows.IsEmpty ? 0 : rows[^1].Sequence))
        {
            return new(false);
        }

        // One activation writes a journal.
        _journals[write.Grain] = write.Row.IsSnapshot ? [write.Row] : rows.Add(write.Row);
        Interlocked.Increment(ref _writes);
        Interlocked.Add(ref _bytes, write.Row.Payload.Length);
        return new(true);
    }
}
