namespace DmaGrains.Storage;

/// <summary>An operation on one row of the state table, for which a caller waits.</summary>
/// <param name="grain">The grain.</param>
/// <param name="name">The state's name.</param>
/// <param name="cancellation">Withdraws the operation if it has not begun.</param>
public abstract class StateOperation(string grain, string name, CancellationToken cancellation)
{
    // Continuations must not run on the writer's thread.
    private readonly TaskCompletionSource<StoredState?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The grain.</summary>
    public string Grain => grain;

    /// <summary>The state's name.</summary>
    public string Name => name;

    /// <summary>The row that was read or changed; null when there is none, or none at the expected version.</summary>
    public Task<StoredState?> Done => _done.Task;

    /// <summary>Begins the operation; false when the caller has withdrawn it, which completes it.</summary>
    public virtual bool TryBegin()
    {
        if (cancellation.IsCancellationRequested)
        {
            _done.TrySetCanceled(cancellation);
        }

        return !_done.Task.IsCompleted;
    }

    /// <summary>Completes the operation with a result.</summary>
    public void Complete(StoredState? result) => _done.TrySetResult(result);

    /// <summary>Completes the operation with an exception. It may have happened nevertheless.</summary>
    public void Fail(Exception why) => _done.TrySetException(why);
}

/// <summary>Reads a grain's state.</summary>
public class StateRead(string grain, string name, CancellationToken cancellation) : StateOperation(grain, name, cancellation);

/// <summary>Writes a grain's state.</summary>
/// <param name="grain">The grain.</param>
/// <param name="name">The state's name.</param>
/// <param name="expected">The version at which the row must be; null when there must be no row.</param>
/// <param name="payload">The payload to store.</param>
/// <param name="cancellation">Withdraws the operation if it has not begun.</param>
public sealed class StateChange(string grain, string name, long? expected, byte[] payload, CancellationToken cancellation)
    : StateOperation(grain, name, cancellation)
{
    /// <summary>The version at which the row must be; null when there must be no row.</summary>
    public long? Expected => expected;

    /// <summary>The payload to store.</summary>
    public byte[] Payload => payload;
}
