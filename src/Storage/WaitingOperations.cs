using System.Threading.Channels;
using DmaGrains.Storage.Measuring;

namespace DmaGrains.Storage;

/// <summary>A queue of operations for a single writer, which takes them in groups, so that the cost of reaching the storage is paid once for a group.</summary>
public sealed class WaitingOperations
{
    /// <summary>The most operations in one group, which bounds the wait of later ones.</summary>
    public const int GroupMax = 512;

    /// <summary>The bytes of changes at which a group is complete.</summary>
    public const int GroupBytesMax = 1 << 20;

    // A channel for a single reader does not count what it holds.
    private readonly Channel<StorageOperation> _waiting = Channel.CreateUnbounded<StorageOperation>();
    private readonly HashSet<(string Grain, string Name)>? _changed;

    /// <summary>Creates a queue.</summary>
    /// <param name="name">Names it where depths and group sizes are measured: one name for all queues of a kind.</param>
    /// <param name="keepsOrder">Whether the writer carries out a group's operations one after the other, so that a group may change a row twice.</param>
    public WaitingOperations(string name = "storage", bool keepsOrder = false)
    {
        Name = name;
        _changed = keepsOrder ? null : [];
        StorageInstruments.Queues.Add(this);
    }

    /// <summary>Its name where it is measured.</summary>
    public string Name { get; }

    /// <summary>How many operations wait.</summary>
    public int Count => _waiting.Reader.Count;

    /// <summary>Adds an operation; false when the queue is completed.</summary>
    public bool TryAdd(StorageOperation operation) => _waiting.Writer.TryWrite(operation);

    /// <summary>Completes the queue: it accepts nothing more.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>Completes with true when something waits, and with false when the queue is completed and empty.</summary>
    public ValueTask<bool> WaitAsync() => _waiting.Reader.WaitToReadAsync();

    /// <summary>
    /// Takes the next group, without withdrawn operations. A second change of the same row is left for the next group, because it depends
    /// on the first, unless the writer keeps the order.
    /// </summary>
    public List<StorageOperation> Take()
    {
        var group = new List<StorageOperation>();
        Take(group);
        return group;
    }

    /// <summary>Adds the next group to an empty list.</summary>
    /// <param name="group">The list.</param>
    public void Take(List<StorageOperation> group)
    {
        var sizeBytes = 0;
        _changed?.Clear();
        while (group.Count < GroupMax && sizeBytes < GroupBytesMax && _waiting.Reader.TryPeek(out var operation))
        {
            if (_changed is not null && operation.Changes is { } row && !_changed.Add((operation.Grain, row)))
            {
                break;
            }

            _waiting.Reader.TryRead(out _);
            if (operation.TryBegin())
            {
                group.Add(operation);
                sizeBytes += operation.SizeBytes;
            }
        }

        if (group.Count > 0)
        {
            StorageInstruments.Took(Name, group.Count);
        }
    }

    /// <summary>Fails the operations that wait now, but not those that arrive meanwhile.</summary>
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
