namespace DmaGrains.Testing;

/// <summary>Writes that wait: see <see cref="ClusterStorage.HoldWrites"/>.</summary>
public sealed class HeldWrites : IDisposable
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal HeldWrites(StateKey states) => States = states;

    internal StateKey States { get; }

    internal Task Released => _released.Task;

    /// <summary>Releases the waiting writes, and holds no more.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>As <see cref="Release"/>.</summary>
    public void Dispose() => Release();
}
