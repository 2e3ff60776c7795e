namespace DmaGrains.Storage.Sqlite;

/// <summary>
/// The only thread that uses the file. Changes that arrive during a commit are committed together with the next one, and no caller gets a
/// reply before its change is on disk.
/// </summary>
internal sealed class SqliteWriter : IStateStore
{
    private readonly WaitingOperations _queue = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqliteFile _file;

    /// <summary>Starts the writer, which owns the file from now on.</summary>
    public SqliteWriter(SqliteFile file)
    {
        _file = file;
        new Thread(Run) { IsBackground = true, Name = "sqlite writer" }.Start();
    }

    /// <inheritdoc/>
    public Task<StoredState?> DoAsync(StateOperation operation) => _queue.TryAdd(operation)
        ? operation.Done
        : Task.FromException<StoredState?>(new StorageException($"{_file.Path} is closed."));

    /// <summary>Carries out what is queued, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Complete();
        await _closed.Task;
    }

    private void Run()
    {
        while (_queue.WaitAsync().AsTask().GetAwaiter().GetResult())
        {
            var group = _queue.Take();
            group.OfType<StateRead>().ToList().ForEach(Answer);
            Commit([.. group.OfType<StateChange>()]);
        }

        _file.Dispose();
        _closed.SetResult();
    }

    /// <summary>Answers a read outside the group's transaction: it sees only committed state, and a full disk does not affect it.</summary>
    private void Answer(StateRead read)
    {
        try
        {
            read.Complete(_file.Read(read.Grain, read.Name));
        }
        catch (Exception fault)
        {
            read.Fail(Explain(fault));
        }
    }

    private void Commit(List<StateChange> group)
    {
        if (group.Count == 0)
        {
            return;
        }

        List<StoredState?> results;
        try
        {
            _file.Begin();
            results = group.ConvertAll(change => _file.Change(change.Grain, change.Name, change.Expected, change.Payload));
            _file.Commit();
        }
        catch (Exception fault)
        {
            _file.RollBack();
            var explained = Explain(fault);
            group.ForEach(change => change.Fail(explained));
            return;
        }

        for (var index = 0; index < group.Count; index++)
        {
            group[index].Complete(results[index]);
        }
    }

    private StorageException Explain(Exception fault) =>
        fault as StorageException ?? new($"{_file.Path} failed: {OneLine.Of(fault.Message)}.", fault);
}
