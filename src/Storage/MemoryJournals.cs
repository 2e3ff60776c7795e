using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace DmaGrains.Storage;

/// <summary>Journals in a silo's memory, lost with the process.</summary>
internal sealed class MemoryJournals : IJournalStore
{
    private readonly ConcurrentDictionary<string, List<JournalRow>> _journals = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<ImmutableArray<JournalRow>> DoAsync(JournalRead read)
    {
        if (read.TryBegin())
        {
            read.Complete(_journals.TryGetValue(read.Grain, out var rows) ? CopyOf(rows) : []);
        }

        return read.Done.AsTask();
    }

    /// <inheritdoc/>
    public ValueTask<bool> DoAsync(JournalWrite write)
    {
        if (write.TryBegin())
        {
            write.Complete(TryWrite(_journals.GetOrAdd(write.Grain, _ => []), write.Row));
        }

        return write.Done;
    }

    private static ImmutableArray<JournalRow> CopyOf(List<JournalRow> rows)
    {
        lock (rows)
        {
            return [.. rows];
        }
    }

    private static bool TryWrite(List<JournalRow> rows, JournalRow row)
    {
        lock (rows)
        {
            if (!row.Follows(rows.Count == 0 ? 0 : rows[^1].Sequence))
            {
                return false;
            }

            if (row.IsSnapshot)
            {
                rows.Clear();
            }

            rows.Add(row);
            return true;
        }
    }
}
