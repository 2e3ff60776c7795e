using System.Collections.Immutable;

namespace DmaGrains.Storage.Sqlite;

/// <summary>
/// The only thread that uses the file. Changes that arrive during a commit are committed together with the next one, and no caller gets a
/// reply before its change is on disk.
/// </summary>
internal sealed class SqliteWriter : IStateStore, IJournalStore
{
    private readonly WaitingOperations _queue = new("sqlite", keepsOrder: true);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqliteFile _file;
    private SqliteGroup? _answered;

    /// <summary>Starts the writer, which owns the file from now on.</summary>
    public SqliteWriter(SqliteFile file)
    {
        _file = file;
        new Thread(Run) { IsBackground = true, Name = "sqlite writer" }.Start();
    }

    /// <inheritdoc/>
    public Task<StoredState?> DoAsync(StateOperation operation) => Queue(operation).AsTask();

    /// <inheritdoc/>
    public Task<ImmutableArray<JournalRow>> DoAsync(JournalRead read) => Queue(read).AsTask();

    /// <inheritdoc/>
    public ValueTask<bool> DoAsync(JournalWrite write) => Queue(write);

    /// <summary>Carries out what is queued, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Complete();
        await _closed.Task;
    }

    private ValueTask<TResult> Queue<TResult>(StorageOperation<TResult> operation) => _queue.TryAdd(operation)
        ? operation.Done
        : ValueTask.FromException<TResult>(new StorageException($"{_file.Path} is closed."));

    private void Run()
    {
        var taken = new List<StorageOperation>(WaitingOperations.GroupMax);
        var group = new SqliteGroup(Keep);
        while (_queue.WaitAsync().AsTask().GetAwaiter().GetResult())
        {
            _queue.Take(taken);
            foreach (var operation in taken)
            {
                Sort(operation, group);
            }

            taken.Clear();
            if (!group.IsEmpty)
            {
                Commit(group);
                ThreadPool.UnsafeQueueUserWorkItem(group, preferLocal: false);
                group = Interlocked.Exchange(ref _answered, null) ?? new(Keep);
            }
        }

        _file.Dispose();
        _closed.SetResult();
    }

    /// <summary>A group whose callers are answered is used again, with the room that it has.</summary>
    private void Keep(SqliteGroup group) => Volatile.Write(ref _answered, group);

    /// <summary>
    /// Answers a read at once, outside the group's transaction: it sees only committed rows, and a full disk does not affect it. Others wait
    /// for the transaction.
    /// </summary>
    private void Sort(StorageOperation operation, SqliteGroup group)
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
                group.Add(change);
                break;
            case JournalWrite write:
                group.Add(write);
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

    private void Commit(SqliteGroup group)
    {
        try
        {
            _file.Begin();
            group.CarryOut(_file);
            _file.Commit();
        }
        catch (Exception fault)
        {
            _file.RollBack();
            group.Fail(Explain(fault));
        }
    }

    private StorageException Explain(Exception fault) =>
        fault as StorageException ?? new($"{_file.Path} failed: {OneLine.Of(fault.Message)}.", fault);
}
