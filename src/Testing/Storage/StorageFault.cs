namespace DmaGrains.Testing;

/// <summary>A read or write that is to fail. Disposing takes it back when none has come.</summary>
public sealed class StorageFault : IDisposable
{
    private readonly ClusterStorage _storage;

    internal StorageFault(ClusterStorage storage, StateKey states, int number, bool afterWriting) =>
        (_storage, States, Left, AfterWriting) = (storage, states, number, afterWriting);

    /// <summary>Whether the read or write has come and has failed.</summary>
    public bool HasStruck { get; private set; }

    internal StateKey States { get; }

    internal bool AfterWriting { get; }

    private int Left { get; set; }

    /// <summary>Takes the fault back.</summary>
    public void Dispose() => _storage.Remove(this);

    /// <summary>Counts one that has come; true when it is the one.</summary>
    internal bool Strikes() => HasStruck = --Left == 0;
}
