using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DmaGrains.Storage.Measuring;
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

    /// <summary>A journal whose failures nobody is told of but the caller.</summary>
    public SealedJournal(IJournalStore store, string grain)
        : this(store, grain, Outage.Unheard, Outage.Unheard)
    {
    }

    /// <inheritdoc/>
    public override long Last => _last;

    /// <inheritdoc/>
    public override async Task<JournalContents> ReadAsync(CancellationToken cancellation)
    {
        var rows = await ReadRowsAsync(cancellation);
        if (rows.IsEmpty)
        {
            _last = 0;
            return new(null, [], 0);
        }

        var expected = rows[0].Sequence;
        var contents = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(rows.Length);
        foreach (var row in rows)
        {
            if (row.Sequence != expected || row.IsSnapshot != (contents.Count == 0))
            {
                throw new StorageException($"the journal of {grain} is damaged: row {expected} is missing. Restore a copy.");
            }

            if (!IsWhole(grain, row))
            {
                throw new StorageException($"the journal of {grain} is damaged: the checksum of row {expected} does not match. Restore a copy.");
            }

            contents.Add(SealedState.StateOf(row.Payload));
            expected++;
        }

        _last = expected - 1;
        return new(contents[0], [.. contents.Skip(1)], _last);
    }

    /// <summary>Whether a row is undamaged and in its place.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="row">The row.</param>
    public static bool IsWhole(string grain, JournalRow row) =>
        SealedState.IsWhole(grain, row.IsSnapshot ? Snapshot : Entry, row.Sequence, row.Payload);

    /// <summary>A row that carries its checksum.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="sequence">The row's place.</param>
    /// <param name="isSnapshot">Whether it is a snapshot.</param>
    /// <param name="bytes">What it tells.</param>
    public static JournalRow Seal(string grain, long sequence, bool isSnapshot, ReadOnlyMemory<byte> bytes) =>
        new(sequence, isSnapshot, SealedState.Seal(grain, isSnapshot ? Snapshot : Entry, sequence, bytes));

    /// <inheritdoc/>
    public override ValueTask AppendAsync(ReadOnlyMemory<byte> entry) => WriteAsync(entry, isSnapshot: false);

    /// <inheritdoc/>
    public override ValueTask ReplaceAsync(ReadOnlyMemory<byte> snapshot) => WriteAsync(snapshot, isSnapshot: true);

    private async Task<ImmutableArray<JournalRow>> ReadRowsAsync(CancellationToken cancellation)
    {
        var call = StorageCall.Begin(JournalCalls.Read, grain);
        try
        {
            var rows = await reads.WatchAsync(store.DoAsync(new JournalRead(grain, cancellation)));
            call.End();
            return rows;
        }
        catch (Exception fault)
        {
            call.End(fault);
            throw;
        }
    }

    /// <summary>Ends on the thread that completes the write, from where the caller returns to its own context: one way back for each write.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool isSnapshot)
    {
        var next = _last + 1;
        var write = new JournalWrite(grain, Seal(grain, next, isSnapshot, bytes), CancellationToken.None);
        var call = StorageCall.Begin(JournalCalls.Write(isSnapshot), grain);
        bool isWritten;
        try
        {
            isWritten = await store.DoAsync(write).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            call.End(fault);
            if (fault is StorageException why)
            {
                writes.Begin(why);
            }

            throw;
        }

        call.End();
        writes.End();
        if (!isWritten)
        {
            throw new InconsistentStateException($"The journal of {grain} does not end at {_last} any more: another activation wrote it.");
        }

        _last = next;
        StorageInstruments.Appended(isSnapshot, write.SizeBytes);
    }
}
