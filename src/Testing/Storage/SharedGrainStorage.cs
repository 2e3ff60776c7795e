using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace DmaGrains.Testing;

/// <summary>The cluster's storage as seen by the grains of one silo.</summary>
internal sealed class SharedGrainStorage(
    ClusterStorage storage, SiloLink link, IGrainStorageSerializer serializer, IActivatorProvider activators) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ReadStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var found = await storage.ReadAsync(new(stateName, grainId), link, cancellationToken);
        grainState.State = found.Bytes is { } bytes
            ? serializer.Deserialize<T>(BinaryData.FromBytes(bytes))
            : activators.GetActivator<T>().Create();
        grainState.ETag = found.ETag;
        grainState.RecordExists = found.Bytes is not null;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task WriteStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var bytes = serializer.Serialize(grainState.State).ToArray();
        grainState.ETag = await storage.WriteAsync(new(stateName, grainId), bytes, grainState.ETag, link, cancellationToken);
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ClearStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        grainState.ETag = await storage.WriteAsync(new(stateName, grainId), null, grainState.ETag, link, cancellationToken);
        grainState.State = activators.GetActivator<T>().Create();
        grainState.RecordExists = false;
    }
}
