namespace DmaGrains.Testing;

/// <summary>A read or write that will fail. Disposing withdraws the fault if it has not struck.</summary>
public sealed class StorageFault : IDisposable
{
    private readonly ClusterStorage _storage;

    internal StorageFault(ClusterStorage storage, StateKey states, int number, bool afterWriting) =>
        (_storage, States, Left, AfterWriting) = (storage, states, number, afterWriting);

    /// <summary>Whether the fault has struck.</summary>
    public bool HasStruck { get; private set; }

    internal StateKey States { get; }

    internal bool AfterWriting { get; }

    private int Left { get; set; }

    /// <summary>Withdraws the fault.</summary>
    public void Dispose() => _storage.Remove(this);

    /// <summary>Counts an access; true when it is the one to fail.</summary>
    internal bool Strikes() => HasStruck = --Left == 0;
}
