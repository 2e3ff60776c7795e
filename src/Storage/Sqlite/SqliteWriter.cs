using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace DmaGrains.Storage.Sqlite;

/// <summary>
/// The only thread that uses the file. Changes that arrive during a commit are committed together with the next one, and no caller gets a
/// reply before its change is on disk.
/// </summary>
internal sealed class SqliteWriter : IStateStore, IJournalStore
{
    private readonly WaitingOperations _queue = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(StateChange Operation, StoredState? Result)> _changes = [];
    private readonly List<(JournalWrite Operation, bool Result)> _writes = [];
    private readonly SqliteFile _file;

    /// <summary>Starts the writer, which owns the file from now on.</summary>
    public SqliteWriter(SqliteFile file)
    {
        _file = file;
        new Thread(Run) { IsBackground = true, Name = "sqlite writer" }.Start();
    }

    /// <inheritdoc/>
    public Task<StoredState?> DoAsync(StateOperation operation) => Queue(operation);

    /// <inheritdoc/>
    public Task<ImmutableArray<JournalRow>> DoAsync(JournalRead read) => Queue(read);

    /// <inheritdoc/>
    public Task<bool> DoAsync(JournalWrite write) => Queue(write);

    /// <summary>Carries out what is queued, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Complete();
        await _closed.Task;
    }

    private Task<TResult> Queue<TResult>(StorageOperation<TResult> operation) => _queue.TryAdd(operation)
        ? operation.Done
        : Task.FromException<TResult>(new StorageException($"{_file.Path} is closed."));

    private void Run()
    {
        while (_queue.WaitAsync().AsTask().GetAwaiter().GetResult())
        {
            foreach (var operation in _queue.Take())
            {
                Sort(operation);
            }

            Commit();
            _changes.Clear();
            _writes.Clear();
        }

        _file.Dispose();
        _closed.SetResult();
    }

    /// <summary>
    /// Answers a read at once, outside the group's transaction: it sees only committed rows, and a full disk does not affect it. Others wait
    /// for the transaction.
    /// </summary>
    private void Sort(StorageOperation operation)
    {
        switch (operation)
        {
            case StateRead read:
                Answer(read, static (file, read) => file.Read(read.Grain, read.Name));
                break;
            case JournalRead read:
                Answer(read, static (file, read) => file.ReadJournal(read.Grain));
                break;
            case StateChange change:
                _changes.Add((change, null));
                break;
            case JournalWrite write:
                _writes.Add((write, false));
                break;
            default:
                operation.Fail(new NotSupportedException($"{operation.GetType().Name} is not an operation of this store."));
                break;
        }
    }

    private void Answer<TRead, TResult>(TRead read, Func<SqliteFile, TRead, TResult> find)
        where TRead : StorageOperation<TResult>
    {
        try
        {
            read.Complete(find(_file, read));
        }
        catch (Exception fault)
        {
            read.Fail(Explain(fault));
        }
    }

    private void Commit()
    {
        if (_changes.Count + _writes.Count == 0)
        {
            return;
        }

        try
        {
            _file.Begin();
            foreach (ref var change in CollectionsMarshal.AsSpan(_changes))
            {
                change.Result = _file.Change(change.Operation.Grain, change.Operation.Name, change.Operation.Expected, change.Operation.Payload);
            }

            foreach (ref var write in CollectionsMarshal.AsSpan(_writes))
            {
                write.Result = _file.TryWrite(write.Operation.Grain, write.Operation.Row);
            }

            _file.Commit();
        }
        catch (Exception fault)
        {
            _file.RollBack();
            var explained = Explain(fault);
            _changes.ForEach(change => change.Operation.Fail(explained));
            _writes.ForEach(write => write.Operation.Fail(explained));
            return;
        }

        foreach (var (change, result) in _changes)
        {
            change.Complete(result);
        }

        foreach (var (write, result) in _writes)
        {
            write.Complete(result);
        }
    }

    private StorageException Explain(Exception fault) =>
        fault as StorageException ?? new($"{_file.Path} failed: {OneLine.Of(fault.Message)}.", fault);
}
