using DmaGrains.Grains.Measuring;

namespace DmaGrains.Grains.Storage;

/// <summary>
/// Writes that the calls of a grain share. A call applies its change at once and waits for the write that has it; while one write is
/// under way, the changes of other calls gather for the next.
/// </summary>
/// <param name="write">Calls <see cref="Take"/> and writes everything applied by then.</param>
/// <param name="dropActivation">The grain's DeactivateOnIdle.</param>
/// <param name="grain">The kind of grain, where the groups are measured.</param>
/// <remarks>
/// A call may reply once everything that it has seen is durable. That includes refusals, because one may be due to a change whose write
/// fails. After a failed write the stored state is unknown, and later changes were applied to state that may not be stored: all waiting
/// calls fail, and so does every later call of this activation. The next activation reads what is stored.
/// </remarks>
internal sealed class GroupedWrites(Func<Task> write, Action dropActivation, Activations grain)
{
    /// <summary>The most changes in one write, which bounds the record.</summary>
    public const int GroupMax = 32;

    private Group? _gathering;
    private Group? _written;
    private bool _isRunning;
    private Exception? _fault;

    /// <summary>Applies a change, or finds that there is nothing to change, and completes when all that the reply depends on is durable.</summary>
    /// <param name="change">Decides and applies in one turn; gives the reply.</param>
    /// <exception cref="Exception">The write failed, or an earlier one of this activation.</exception>
    public async Task<T> ChangeAsync<T>(Func<T> change)
    {
        await RoomAsync();
        var reply = change();
        await SettledAsync();
        return reply;
    }

    /// <summary>Waits until there is room for a change. Look up what the change depends on afterwards.</summary>
    /// <exception cref="OrleansException">An earlier write failed.</exception>
    public async ValueTask RoomAsync()
    {
        while (_fault is null && _gathering is { Changes: >= GroupMax } full)
        {
            await full.Taken;
        }

        ThrowIfFailed();
    }

    /// <summary>Notes that changes were applied; call <see cref="SettledAsync"/> in the same turn.</summary>
    /// <param name="changes">Their number, 1 or more.</param>
    public void Applied(int changes = 1)
    {
        _gathering ??= new();
        _gathering.Changes += changes;
    }

    /// <summary>Assigns everything applied so far to the write that is beginning; later changes belong to the next.</summary>
    public void Take()
    {
        (_written, _gathering) = (_gathering, null);
        _written!.Take();
        MemoryInstruments.Took(grain, _written.Changes);
    }

    /// <summary>Completes when everything applied so far is durable; fails when its write does. Writes begin here.</summary>
    /// <exception cref="OrleansException">An earlier write failed.</exception>
    public Task SettledAsync()
    {
        ThrowIfFailed();
        var durable = (_gathering ?? _written)?.Durable ?? Task.CompletedTask;
        if (_gathering is not null && !_isRunning)
        {
            _ = RunAsync();
        }

        return durable;
    }

    private async Task RunAsync()
    {
        _isRunning = true;
        try
        {
            while (_gathering is not null)
            {
                await write();
                _written!.End(null);
                _written = null;
            }

            _isRunning = false;
        }
        catch (Exception fault)
        {
            _fault = fault;
            dropActivation();
            _written?.End(fault);
            _gathering?.End(fault);
        }
    }

    private void ThrowIfFailed()
    {
        if (_fault is { } fault)
        {
            throw new OrleansException($"An earlier write of this activation failed: {fault.Message}", fault);
        }
    }

    /// <summary>The changes of one write, and the calls that wait for it.</summary>
    private sealed class Group
    {
        private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Changes { get; set; }

        public Task Taken => _taken.Task;

        public Task Durable => _durable.Task;

        public void Take() => _taken.TrySetResult();

        public void End(Exception? fault)
        {
            Take();
            if (fault is null)
            {
                _durable.SetResult();
            }
            else
            {
                _durable.SetException(fault);
            }
        }
    }
}
