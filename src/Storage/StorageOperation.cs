using System.Threading.Tasks.Sources;

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
/// <param name="continuesInside">
/// Whether what waits for it without a context continues inside <see cref="Complete"/>, rather than on a thread of the pool.
/// </param>
public abstract class StorageOperation<TResult>(string grain, CancellationToken cancellation, bool continuesInside = false)
    : StorageOperation(grain, cancellation), IValueTaskSource<TResult>
{
    private ManualResetValueTaskSourceCore<TResult> _source = new() { RunContinuationsAsynchronously = !continuesInside };
    private int _isDone;

    /// <summary>The result, for one caller that awaits it once.</summary>
    public ValueTask<TResult> Done => new(this, _source.Version);

    /// <inheritdoc/>
    public override bool TryBegin()
    {
        if (Cancellation.IsCancellationRequested)
        {
            Fail(new TaskCanceledException(null, null, Cancellation));
        }

        return Volatile.Read(ref _isDone) == 0;
    }

    /// <summary>Completes the operation with a result.</summary>
    public void Complete(TResult result)
    {
        if (Interlocked.Exchange(ref _isDone, 1) == 0)
        {
            _source.SetResult(result);
        }
    }

    /// <inheritdoc/>
    public override void Fail(Exception why)
    {
        if (Interlocked.Exchange(ref _isDone, 1) == 0)
        {
            _source.SetException(why);
        }
    }

    /// <inheritdoc/>
    TResult IValueTaskSource<TResult>.GetResult(short token) => _source.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource<TResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
