using DmaGrains.Storage.Measuring;
using Orleans.Storage;

namespace DmaGrains.Storage;

/// <summary>
/// A journal kept as one state of an Orleans grain storage, for storage that has no journals of its own: every write writes all of it.
/// </summary>
/// <param name="storage">The storage.</param>
/// <param name="grain">The grain.</param>
/// <param name="name">The state's name.</param>
internal sealed class StateJournal(IGrainStorage storage, GrainId grain, string name) : Journal
{
    private readonly GrainState<StoredJournal> _state = new(new());
    private long _last;

    /// <inheritdoc/>
    public override bool IsState => true;

    /// <inheritdoc/>
    public override long Last => _last;

    /// <inheritdoc/>
    public override async Task<JournalContents> ReadAsync(CancellationToken cancellation)
    {
        var call = StorageCall.Begin(JournalCalls.Read, grain);
        try
        {
            await storage.ReadStateAsync(name, grain, _state, cancellation);
        }
        catch (Exception fault)
        {
            call.End(fault);
            throw;
        }

        call.End();
        var contents = (_state.State ??= new()).Contents;
        _last = contents.Last;
        return contents;
    }

    /// <inheritdoc/>
    public override ValueTask AppendAsync(ReadOnlyMemory<byte> entry)
    {
        var before = _state.State!;
        return new(WriteAsync(
            new() { Snapshot = before.Snapshot, Entries = [.. before.Entries, entry.ToArray()], Replaced = before.Replaced }, isSnapshot: false, entry.Length));
    }

    /// <inheritdoc/>
    public override ValueTask ReplaceAsync(ReadOnlyMemory<byte> snapshot) =>
        new(WriteAsync(new() { Snapshot = snapshot.ToArray(), Replaced = _last }, isSnapshot: true, snapshot.Length));

    private async Task WriteAsync(StoredJournal next, bool isSnapshot, int sizeBytes)
    {
        _state.State = next;
        var call = StorageCall.Begin(JournalCalls.Write(isSnapshot), grain);
        try
        {
            await storage.WriteStateAsync(name, grain, _state);
        }
        catch (Exception fault)
        {
            call.End(fault);
            throw;
        }

        call.End();
        _last = next.Last;
        StorageInstruments.Appended(isSnapshot, sizeBytes);
    }
}
