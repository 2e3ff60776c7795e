namespace DmaGrains.Silo.Storage.Sqlite;

/// <summary>Something that a caller wants of the file and waits for.</summary>
/// <param name="cancellation">Withdraws the operation as long as it has not begun.</param>
internal abstract class SqliteOperation(CancellationToken cancellation)
{
    // The writer must not run its callers' code.
    private readonly TaskCompletionSource<StoredState?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StoredState? _result;

    /// <summary>The row found, or the row changed; null when there is none, or none at the expected version.</summary>
    public Task<StoredState?> Done => _done.Task;

    /// <summary>Whether it changes the file, and is carried out in a group.</summary>
    public abstract bool IsChange { get; }

    /// <summary>Begins, unless the caller has withdrawn it: then it is over.</summary>
    public bool TryBegin()
    {
        if (cancellation.IsCancellationRequested)
        {
            _done.TrySetCanceled(cancellation);
        }

        return !_done.Task.IsCompleted;
    }

    /// <summary>Does it, for nobody to see yet.</summary>
    public void CarryOut(SqliteFile file) => _result = Do(file);

    /// <summary>Tells the caller what came of it.</summary>
    public void Complete() => _done.TrySetResult(_result);

    /// <summary>Tells the caller that it did not happen.</summary>
    public void Fail(Exception why) => _done.TrySetException(why);

    /// <summary>Does it.</summary>
    protected abstract StoredState? Do(SqliteFile file);
}

/// <summary>Reads a grain's state.</summary>
internal sealed class ReadOperation(string grain, string name, CancellationToken cancellation) : SqliteOperation(cancellation)
{
    public override bool IsChange => false;

    protected override StoredState? Do(SqliteFile file) => file.Read(grain, name);
}

/// <summary>Writes a grain's state, or clears it with a null payload.</summary>
/// <param name="grain">The grain.</param>
/// <param name="name">The state's name.</param>
/// <param name="expected">The version that it must be at; null for none.</param>
/// <param name="payload">The serialized state, or null.</param>
/// <param name="cancellation">Withdraws it.</param>
internal sealed class ChangeOperation(string grain, string name, long? expected, byte[]? payload, CancellationToken cancellation)
    : SqliteOperation(cancellation)
{
    public override bool IsChange => true;

    protected override StoredState? Do(SqliteFile file) => file.Change(grain, name, expected, payload);
}
