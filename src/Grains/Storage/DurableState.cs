using Orleans.Storage;

namespace DmaGrains.Grains.Storage;

/// <summary>
/// A state of a grain that carries out one command at a time. Orleans' own queues each write behind others, which costs a turn of the
/// grain at every command; these grains never have two under way.
/// </summary>
/// <param name="name">The state's name.</param>
/// <param name="grain">Whose it is.</param>
/// <param name="storage">Where it is kept.</param>
/// <param name="initial">What it is as long as nothing is stored.</param>
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
        ToldAsync(storage.ReadStateAsync(name, grain, _state, cancellationToken), "read");

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task WriteStateAsync(CancellationToken cancellationToken) =>
        ToldAsync(storage.WriteStateAsync(name, grain, _state, cancellationToken), "write");

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public Task ClearStateAsync(CancellationToken cancellationToken) =>
        ToldAsync(storage.ClearStateAsync(name, grain, _state, cancellationToken), "clear");

    private Task ToldAsync(Task done, string what) => done.IsCompletedSuccessfully ? done : WaitAsync(done, what);

    /// <summary>A storage's own exceptions are not known where the caller is; these are.</summary>
    private async Task WaitAsync(Task done, string what)
    {
        try
        {
            await done;
        }
        catch (Exception fault) when (fault is not (OrleansException or OperationCanceledException))
        {
            throw new OrleansException($"Storage did not {what} {name} of {grain}: {fault.Message}", fault);
        }
    }
}
