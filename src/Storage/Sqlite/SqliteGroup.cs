using System.Runtime.InteropServices;

namespace DmaGrains.Storage.Sqlite;

/// <summary>
/// Changes that share a transaction. As a work item it answers those who wait for them, so that the writer goes on with the next transaction.
/// </summary>
/// <param name="answered">Gets the group, empty again, when it has answered.</param>
internal sealed class SqliteGroup(Action<SqliteGroup> answered) : IThreadPoolWorkItem
{
    private readonly List<(StateChange Operation, StoredState? Result)> _changes = [];
    private readonly List<(JournalWrite Operation, bool Result)> _writes = new(WaitingOperations.GroupMax);
    private StorageException? _failure;

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => _changes.Count + _writes.Count == 0;

    /// <summary>Adds a change.</summary>
    public void Add(StateChange change) => _changes.Add((change, null));

    /// <summary>Adds a write.</summary>
    public void Add(JournalWrite write) => _writes.Add((write, false));

    /// <summary>Changes the file, inside a transaction.</summary>
    public void CarryOut(SqliteFile file)
    {
        foreach (ref var change in CollectionsMarshal.AsSpan(_changes))
        {
            change.Result = file.Change(change.Operation.Grain, change.Operation.Name, change.Operation.Expected, change.Operation.Payload);
        }

        foreach (ref var write in CollectionsMarshal.AsSpan(_writes))
        {
            write.Result = file.TryWrite(write.Operation.Grain, write.Operation.Row);
        }
    }

    /// <summary>The transaction was not committed, or may not have been.</summary>
    public void Fail(StorageException why) => _failure = why;

    /// <inheritdoc/>
    public void Execute()
    {
        foreach (var (change, result) in _changes)
        {
            End(change, result);
        }

        foreach (var (write, result) in _writes)
        {
            End(write, result);
        }

        _changes.Clear();
        _writes.Clear();
        _failure = null;
        answered(this);
    }

    private void End<TResult>(StorageOperation<TResult> operation, TResult result)
    {
        if (_failure is { } failure)
        {
            operation.Fail(failure);
        }
        else
        {
            operation.Complete(result);
        }
    }
}
