using System.Collections.Immutable;
using Orleans.Storage;

namespace DmaGrains.Storage;

/// <summary>A journal in a store, its rows sealed with a checksum that covers the grain and the row's place.</summary>
/// <param name="store">The store.</param>
/// <param name="grain">The grain.</param>
/// <param name="reads">Tells the operator when reads fail.</param>
/// <param name="writes">Tells the operator when writes fail.</param>
internal sealed class SealedJournal(IJournalStore store, string grain, Outage reads, Outage writes) : Journal
{
    private const string Entry = "entry";
    private const string Snapshot = "snapshot";

    private long _last;

    /// <inheritdoc/>
    public override async Task<JournalContents> ReadAsync(CancellationToken cancellation)
    {
        var rows = await reads.WatchAsync(store.DoAsync(new JournalRead(grain, cancellation)));
        if (rows.IsEmpty)
        {
            _last = 0;
            return new(null, []);
        }

        var expected = rows[0].Sequence;
        var contents = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(rows.Length);
        foreach (var row in rows)
        {
            if (row.Sequence != expected || row.IsSnapshot != (contents.Count == 0))
            {
                throw new StorageException($"the journal of {grain} is damaged: row {expected} is missing. Restore a copy.");
            }

            contents.Add(SealedState.Unseal(grain, row.IsSnapshot ? Snapshot : Entry, row.Sequence, row.Payload)!.Value);
            expected++;
        }

        _last = expected - 1;
        return new(contents[0], contents.ToImmutable().RemoveAt(0));
    }

    /// <inheritdoc/>
    public override Task AppendAsync(ReadOnlyMemory<byte> entry) => WriteAsync(entry, Entry);

    /// <inheritdoc/>
    public override Task ReplaceAsync(ReadOnlyMemory<byte> snapshot) => WriteAsync(snapshot, Snapshot);

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, string kind)
    {
        var next = _last + 1;
        var row = new JournalRow(next, kind == Snapshot, SealedState.Seal(grain, kind, next, bytes));
        if (!await writes.WatchAsync(store.DoAsync(new JournalWrite(grain, row, CancellationToken.None))))
        {
            throw new InconsistentStateException($"The journal of {grain} does not end at {_last} any more: another activation wrote it.");
        }

        _last = next;
    }
}
