using System.Globalization;
using Orleans.Core;
using Orleans.Storage;

namespace DmaGrains.Grains.Tests.Storage;

/// <summary>One state as an activation sees it. Each read and each write waits until the gate lets it happen.</summary>
internal sealed class VersionedState<T>(VersionedStates states, string name, Gate gate) : IStorage<T>
    where T : new()
{
    private int _version;

    public T State { get; set; } = new();

    public string? Etag => _version.ToString(CultureInfo.InvariantCulture);

    public bool RecordExists => _version != 0;

    public async Task ReadStateAsync()
    {
        await gate.PassAsync();
        var (state, version) = states.Read<T>(name);
        (State, _version) = (state ?? new(), version);
    }

    public async Task WriteStateAsync()
    {
        await gate.PassAsync();
        if (!states.TryWrite(name, State!, _version))
        {
            throw new InconsistentStateException($"Another write of {name} came first.");
        }

        _version++;
    }

    public Task ClearStateAsync() => throw new NotSupportedException();
}
