using System.Threading.Channels;

namespace DmaGrains.Silo.Storage.Sqlite;

/// <summary>
/// The one thread that uses the file. What waits while a commit is under way is committed together at the next one: the price of
/// reaching the disk is paid once for a group, and no caller is told before it is paid.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    /// <summary>Most changes in one commit: a late comer waits for no more than these.</summary>
    internal const int GroupMax = 256;

    private readonly Channel<SqliteOperation> _queue = Channel.CreateUnbounded<SqliteOperation>(new() { SingleReader = true });
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqliteFile _file;

    /// <summary>Takes the file over.</summary>
    public SqliteWriter(SqliteFile file)
    {
        _file = file;
        new Thread(Run) { IsBackground = true, Name = "sqlite writer" }.Start();
    }

    /// <summary>Queues an operation; its end is the operation's.</summary>
    /// <exception cref="StorageException">The disk did not take it, or the file is closed.</exception>
    public Task<StoredState?> DoAsync(SqliteOperation operation) => _queue.Writer.TryWrite(operation)
        ? operation.Done
        : Task.FromException<StoredState?>(new StorageException($"{_file.Path} is closed."));

    /// <summary>Carries out what is queued, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _closed.Task;
    }

    private void Run()
    {
        var group = new List<SqliteOperation>(GroupMax);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (group.Count < GroupMax && _queue.Reader.TryRead(out var operation))
            {
                Take(operation, group);
            }

            Commit(group);
            group.Clear();
        }

        _file.Dispose();
        _closed.SetResult();
    }

    /// <summary>A read is answered at once, outside the group: it sees what is committed, and a full disk does not concern it.</summary>
    private void Take(SqliteOperation operation, List<SqliteOperation> group)
    {
        if (!operation.TryBegin())
        {
            return;
        }

        if (operation.IsChange)
        {
            group.Add(operation);
            return;
        }

        try
        {
            operation.CarryOut(_file);
            operation.Complete();
        }
        catch (Exception fault)
        {
            operation.Fail(Explain(fault));
        }
    }

    private void Commit(List<SqliteOperation> group)
    {
        if (group.Count == 0)
        {
            return;
        }

        try
        {
            _file.Begin();
            group.ForEach(operation => operation.CarryOut(_file));
            _file.Commit();
        }
        catch (Exception fault)
        {
            _file.RollBack();
            var explained = Explain(fault);
            group.ForEach(operation => operation.Fail(explained));
            return;
        }

        group.ForEach(operation => operation.Complete());
    }

    private StorageException Explain(Exception fault) => new($"{_file.Path} did not take it: {fault.Message}", fault);
}
