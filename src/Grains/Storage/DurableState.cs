using DmaGrains.Storage.Measuring;
using Orleans.Storage;

namespace DmaGrains.Grains.Storage;

/// <summary>
/// A state of a grain that carries out one command at a time. Orleans' own implementation queues writes, which costs a turn of the grain
/// for every command; these grains never have two writes in progress.
/// </summary>
/// <param name="name">The state's name.</param>
/// <param name="grain">The grain.</param>
/// <param name="storage">The storage.</param>
/// <param name="initial">The state while nothing is stored.</param>
internal sealed class DurableState<TState>(string name, GrainId grain, IGrainStorage storage, TState initial) : IPersistentState<TState>
{
    private readonly GrainState<TState> _state = new(initial);

    public TState State
    {
        get => _state.State!;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public Task ReadStateAsync(CancellationToken cancellationToken) =>
        ToldAsync(StorageCall.Begin("read state", grain), storage.ReadStateAsync(name, grain, _state, cancellationToken), "read");

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task WriteStateAsync(CancellationToken cancellationToken) =>
        ToldAsync(StorageCall.Begin("write state", grain), storage.WriteStateAsync(name, grain, _state, cancellationToken), "write");

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public Task ClearStateAsync(CancellationToken cancellationToken) =>
        ToldAsync(StorageCall.Begin("clear state", grain), storage.ClearStateAsync(name, grain, _state, cancellationToken), "clear");

    /// <summary>Converts exceptions: the caller may not know the storage's own exception types.</summary>
    private async Task ToldAsync(StorageCall call, Task done, string what)
    {
        try
        {
            await done;
        }
        catch (Exception fault)
        {
            call.End(fault);
            if (fault is OrleansException or OperationCanceledException)
            {
                throw;
            }

            throw new OrleansException($"Storage did not {what} {name} of {grain}: {fault.Message}", fault);
        }

        call.End();
    }
}
