namespace DmaGrains.Testing;

/// <summary>A gate that writes wait at: see <see cref="ClusterStorage.HoldWrites"/>.</summary>
public sealed class HeldWrites : IDisposable
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal HeldWrites(StateKey states) => States = states;

    internal StateKey States { get; }

    internal Task Released => _released.Task;

    /// <summary>Lets all writes go that wait, and those that come.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>As <see cref="Release"/>.</summary>
    public void Dispose() => Release();
}
