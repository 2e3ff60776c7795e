using System.Collections.Immutable;
using DmaGrains.Storage;
using Orleans.Storage;

namespace DmaGrains.Benchmarks.Hosting;

/// <summary>Keeps nothing: what the grains cost without storage. Activations must not be collected.</summary>
internal sealed class NoStorage : IGrainStorage, IJournalStore
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.State ??= Activator.CreateInstance<T>();
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.CompletedTask;

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.CompletedTask;

    public Task<ImmutableArray<JournalRow>> DoAsync(JournalRead read) => Task.FromResult(ImmutableArray<JournalRow>.Empty);

    public ValueTask<bool> DoAsync(JournalWrite write) => new(true);
}
