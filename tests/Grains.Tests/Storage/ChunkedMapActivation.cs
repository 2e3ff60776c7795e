using DmaGrains.Grains.Storage;
using Orleans.Storage;

namespace DmaGrains.Grains.Tests.Storage;

/// <summary>A grain that does nothing but keep a map: it reads its states, makes room, and writes its record for each change.</summary>
internal sealed class ChunkedMapActivation
{
    private readonly ChunkedMapShape<string, string> _shape;
    private readonly VersionedStates _states;
    private readonly Action<string, string?> _committed;
    private VersionedState<ChunkedMapRecord<string, string>>? _record;
    private ChunkedMapStore<string, string>? _store;
    private ChunkedMap<string, string>? _map;

    /// <param name="shape">How the map is cut.</param>
    /// <param name="states">Where it is kept.</param>
    /// <param name="committed">Told when a change is durable: what was changed, and what it is now.</param>
    public ChunkedMapActivation(
        ChunkedMapShape<string, string> shape, VersionedStates states, Action<string, string?> committed)
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
            _map ??= await LoadAsync();
            var map = await _store!.MakeRoomAsync(_map);
            var next = item is null ? map.Without(key) : map.With(item);
            _record!.State = next.ToRecord();
            await _record.WriteStateAsync();
            _map = next;
            _committed(key, item);
        }
        catch (InconsistentStateException)
        {
            _map = null;
        }
    }

    /// <summary>Loses its memory at once; what waits never happens.</summary>
    public void Crash()
    {
        Gate = new();
        _map = null;
    }

    private async Task<ChunkedMap<string, string>> LoadAsync()
    {
        var gate = Gate;
        _record = _states.OpenRecord(gate);
        _store = new(_shape, chunk => _states.OpenChunk(chunk, gate), () => { });
        await _record.ReadStateAsync();
        var record = _record;
        return await _store.ReadAsync(record, () => record.State);
    }
}
