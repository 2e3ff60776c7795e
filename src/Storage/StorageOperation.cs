namespace DmaGrains.Storage;

/// <summary>An operation on what is stored for one grain, for which a caller waits.</summary>
/// <param name="grain">The grain.</param>
/// <param name="cancellation">Withdraws the operation if it has not begun.</param>
public abstract class StorageOperation(string grain, CancellationToken cancellation)
{
    /// <summary>The grain.</summary>
    public string Grain => grain;

    /// <summary>Which row of the grain it changes; null for a read. One group changes a row once.</summary>
    public virtual string? Changes => null;

    /// <summary>The bytes that it writes; 0 for a read.</summary>
    public virtual int SizeBytes => 0;

    /// <summary>Withdraws the operation if it has not begun.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Begins the operation; false when the caller has withdrawn it, which completes it.</summary>
    public abstract bool TryBegin();

    /// <summary>Completes the operation with an exception. It may have happened nevertheless.</summary>
    public abstract void Fail(Exception why);
}

/// <summary>An operation with a result.</summary>
/// <param name="grain">The grain.</param>
/// <param name="cancellation">Withdraws the operation if it has not begun.</param>
public abstract class StorageOperation<TResult>(string grain, CancellationToken cancellation) : StorageOperation(grain, cancellation)
{
    // Continuations must not run on the writer's thread.
    private readonly TaskCompletionSource<TResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The result.</summary>
    public Task<TResult> Done => _done.Task;

    /// <inheritdoc/>
    public override bool TryBegin()
    {
        if (Cancellation.IsCancellationRequested)
        {
            _done.TrySetCanceled(Cancellation);
        }

        return !_done.Task.IsCompleted;
    }

    /// <summary>Completes the operation with a result.</summary>
    public void Complete(TResult result) => _done.TrySetResult(result);

    /// <inheritdoc/>
    public override void Fail(Exception why) => _done.TrySetException(why);
}
