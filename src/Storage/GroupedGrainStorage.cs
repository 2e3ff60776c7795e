using System.Globalization;
using Microsoft.Extensions.Logging;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace DmaGrains.Storage;

/// <summary>Grain state in a table that is written in groups; the ETag is the row's version.</summary>
/// <remarks>
/// A cleared state stays as a row without a state, so that versions are never reused. A cancelled operation does not happen if it has not
/// begun; otherwise the caller waits for its end, which alone tells whether it happened.
/// </remarks>
internal sealed class GroupedGrainStorage(
    IStateStore store, IGrainStorageSerializer serializer, IActivatorProvider activators, ILogger log) : IGrainStorage
{
    private readonly Outage _reads = new(log, "Reading state");
    private readonly Outage _changes = new(log, "Writing state");

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ReadStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var grain = grainId.ToString();
        var found = await _reads.WatchAsync(store.DoAsync(new StateRead(grain, stateName, cancellationToken)));
        var state = found is { Payload: { } stored, Version: var version } ? SealedState.Unseal(grain, stateName, version, stored) : null;
        grainState.State = state is { } bytes
            ? serializer.Deserialize<T>(BinaryData.FromBytes(bytes))
            : activators.GetActivator<T>().Create();
        grainState.ETag = found?.Version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = state is not null;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task WriteStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        ChangeAsync(stateName, grainId, grainState, serializer.Serialize(grainState.State).ToMemory(), cancellationToken);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ClearStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        await ChangeAsync(stateName, grainId, grainState, null, cancellationToken);
        grainState.State = activators.GetActivator<T>().Create();
    }

    private async Task ChangeAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, ReadOnlyMemory<byte>? state, CancellationToken cancellationToken)
    {
        long? expected = grainState.ETag is { } version ? long.Parse(version, CultureInfo.InvariantCulture) : null;
        var grain = grainId.ToString();
        var stored = SealedState.Seal(grain, stateName, StoredState.After(expected).Version, state);
        var change = new StateChange(grain, stateName, expected, stored, cancellationToken);
        var changed = await _changes.WatchAsync(store.DoAsync(change)) ?? throw new InconsistentStateException(
            $"{stateName} of {grainId} is not at version {grainState.ETag ?? "none"} any more: another activation wrote it.");
        grainState.ETag = changed.Version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = state is not null;
    }
}
