using DmaGrains.Grains.Storage;
using Orleans.Storage;

namespace DmaGrains.Grains.Tests.Storage;

/// <summary>A grain that does nothing but keep a ledger: it reads its states, makes room, and writes its record for each change.</summary>
internal sealed class LedgerActivation
{
    private readonly LedgerShape<string, string> _shape;
    private readonly VersionedStates _states;
    private readonly Action<string, string?> _committed;
    private VersionedState<LedgerRecord<string, string>>? _record;
    private LedgerStore<string, string>? _store;
    private Ledger<string, string>? _ledger;

    /// <param name="shape">How the ledger is cut.</param>
    /// <param name="states">Where it is kept.</param>
    /// <param name="committed">Told when a change is durable: what was changed, and what it is now.</param>
    public LedgerActivation(
        LedgerShape<string, string> shape, VersionedStates states, Action<string, string?> committed)
    {
        _shape = shape;
        _states = states;
        _committed = committed;
    }

    /// <summary>Where its reads and writes wait.</summary>
    public Gate Gate { get; private set; } = new();

    /// <summary>Makes one change durable, or fails and is dropped because another write came first.</summary>
    public async Task ChangeAsync(string key, string? item)
    {
        try
        {
            _ledger ??= await LoadAsync();
            var ledger = await _store!.MakeRoomAsync(_ledger);
            var next = item is null ? ledger.Without(key) : ledger.With(item);
            _record!.State = next.ToRecord();
            await _record.WriteStateAsync();
            _ledger = next;
            _committed(key, item);
        }
        catch (InconsistentStateException)
        {
            _ledger = null;
        }
    }

    /// <summary>Loses its memory at once; what waits never happens.</summary>
    public void Crash()
    {
        Gate = new();
        _ledger = null;
    }

    private async Task<Ledger<string, string>> LoadAsync()
    {
        var gate = Gate;
        _record = _states.OpenRecord(gate);
        _store = new(_shape, chunk => _states.OpenChunk(chunk, gate), () => { });
        await _record.ReadStateAsync();
        var record = _record;
        return await _store.ReadAsync(record, () => record.State);
    }
}
