using System.Threading.Channels;

namespace DmaGrains.Storage;

/// <summary>
/// What waits for one writer, which takes it in groups: the price of reaching the storage is paid once for a group. For one taker.
/// </summary>
public sealed class WaitingOperations
{
    /// <summary>Most operations in one group: a late comer waits for no more than these.</summary>
    public const int GroupMax = 256;

    /// <summary>A group grows no more when its changes have this many bytes.</summary>
    public const int GroupBytesMax = 1 << 20;

    private readonly Channel<StateOperation> _waiting = Channel.CreateUnbounded<StateOperation>();
    private readonly HashSet<(string Grain, string Name)> _changed = [];

    /// <summary>Adds one; false when the queue is complete.</summary>
    public bool TryAdd(StateOperation operation) => _waiting.Writer.TryWrite(operation);

    /// <summary>Lets nothing more in.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>Completes when something waits, or, with false, when nothing ever will again.</summary>
    public ValueTask<bool> WaitAsync() => _waiting.Reader.WaitToReadAsync();

    /// <summary>
    /// Takes what waits and was not withdrawn. The second change of one row is left for the next group: it depends on the first.
    /// </summary>
    public List<StateOperation> Take()
    {
        var group = new List<StateOperation>();
        var sizeBytes = 0;
        _changed.Clear();
        while (group.Count < GroupMax && sizeBytes < GroupBytesMax && _waiting.Reader.TryPeek(out var operation))
        {
            if (operation is StateChange change && !_changed.Add((change.Grain, change.Name)))
            {
                break;
            }

            _waiting.Reader.TryRead(out _);
            if (operation.TryBegin())
            {
                group.Add(operation);
                sizeBytes += (operation as StateChange)?.Payload.Length ?? 0;
            }
        }

        return group;
    }

    /// <summary>Fails what waits, and not what comes meanwhile.</summary>
    public void Fail(Exception why)
    {
        for (var left = _waiting.Reader.Count; left > 0 && _waiting.Reader.TryRead(out var operation); left--)
        {
            if (operation.TryBegin())
            {
                operation.Fail(why);
            }
        }
    }
}
