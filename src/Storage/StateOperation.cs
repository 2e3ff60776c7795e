namespace DmaGrains.Storage;

/// <summary>Something that a caller wants of one row of the state table, and waits for.</summary>
/// <param name="grain">The grain.</param>
/// <param name="name">The state's name.</param>
/// <param name="cancellation">Withdraws the operation as long as it has not begun.</param>
public abstract class StateOperation(string grain, string name, CancellationToken cancellation)
{
    // A writer must not run its callers' code.
    private readonly TaskCompletionSource<StoredState?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The grain.</summary>
    public string Grain => grain;

    /// <summary>The state's name.</summary>
    public string Name => name;

    /// <summary>The row found, or the row changed; null when there is none, or none at the expected version.</summary>
    public Task<StoredState?> Done => _done.Task;

    /// <summary>Begins, unless the caller has withdrawn it: then it is over.</summary>
    public virtual bool TryBegin()
    {
        if (cancellation.IsCancellationRequested)
        {
            _done.TrySetCanceled(cancellation);
        }

        return !_done.Task.IsCompleted;
    }

    /// <summary>Tells the caller what came of it.</summary>
    public void Complete(StoredState? result) => _done.TrySetResult(result);

    /// <summary>Tells the caller why nothing came of it, as far as is known.</summary>
    public void Fail(Exception why) => _done.TrySetException(why);
}

/// <summary>Reads a grain's state.</summary>
public class StateRead(string grain, string name, CancellationToken cancellation) : StateOperation(grain, name, cancellation);

/// <summary>Writes a grain's state.</summary>
/// <param name="grain">The grain.</param>
/// <param name="name">The state's name.</param>
/// <param name="expected">The version that it must be at; null for none.</param>
/// <param name="payload">What is to be stored.</param>
/// <param name="cancellation">Withdraws it.</param>
public sealed class StateChange(string grain, string name, long? expected, byte[] payload, CancellationToken cancellation)
    : StateOperation(grain, name, cancellation)
{
    /// <summary>The version that the row must be at; null for none.</summary>
    public long? Expected => expected;

    /// <summary>What is to be stored.</summary>
    public byte[] Payload => payload;
}
