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

    /// <inheritdoc/>
    public override bool IsState => true;

    /// <inheritdoc/>
    public override async Task<JournalContents> ReadAsync(CancellationToken cancellation)
    {
        await storage.ReadStateAsync(name, grain, _state, cancellation);
        return (_state.State ??= new()).Contents;
    }

    /// <inheritdoc/>
    public override ValueTask AppendAsync(ReadOnlyMemory<byte> entry) =>
        WriteAsync(new() { Snapshot = _state.State!.Snapshot, Entries = [.. _state.State.Entries, entry.ToArray()] });

    /// <inheritdoc/>
    public override ValueTask ReplaceAsync(ReadOnlyMemory<byte> snapshot) => WriteAsync(new() { Snapshot = snapshot.ToArray() });

    private ValueTask WriteAsync(StoredJournal next)
    {
        _state.State = next;
        return new(storage.WriteStateAsync(name, grain, _state));
    }
}
