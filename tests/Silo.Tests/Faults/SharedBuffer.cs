using System.Collections.Concurrent;
using System.Globalization;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>A buffer of a fault run: what its callers believe of it, and all that they asked and heard.</summary>
internal sealed class SharedBuffer(IGrainFactory grains, BoardDefinition board, int number)
{
    private readonly Lock _lock = new();
    private readonly List<string> _attachments = [];
    private readonly List<string> _mappings = [];
    private readonly List<(BufferExport? Export, DmaCommand[] Commands)> _acknowledged = [];
    private bool _isExported;
    private bool _isReleased;
    private int _names;

    /// <summary>Its board.</summary>
    public BoardDefinition Board => board;

    /// <summary>Its name.</summary>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"b{number}");

    /// <summary>The grain.</summary>
    public IDmaBufferGrain Grain { get; } = grains.GetBuffer(board.Name, string.Create(CultureInfo.InvariantCulture, $"b{number}"));

    /// <summary>What it was before this round.</summary>
    public SequentialBuffer Start { get; private set; } = SequentialBuffer.Unused;

    /// <summary>All that was asked in this round.</summary>
    public ConcurrentQueue<Operation> History { get; } = new();

    /// <summary>Goes on with the next round.</summary>
    /// <param name="start">What it is.</param>
    /// <param name="open">What was sent before and may still happen.</param>
    public void StartFrom(SequentialBuffer start, IEnumerable<Operation> open)
    {
        Start = start;
        History.Clear();
        foreach (var operation in open)
        {
            History.Enqueue(operation with { Sent = 0 });
        }
    }

    /// <summary>Something to ask next that mostly makes sense: an export, or commands that go together.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="caller">Gives ids; null to ask without, what then may be sent again safely though the buffer is exported anew.</param>
    public (BufferExport? Export, DmaCommand[] Commands) Next(Random random, DmaCaller? caller)
    {
        lock (_lock)
        {
            if (caller is null)
            {
                // What holds the buffer: as long as nobody else knows its name, nobody ends it and the buffer stays.
                return (null, [random.Next(2) == 0 ? Attach(random) : Map(Any(_attachments, random))]);
            }

            if (!_isExported || (_isReleased && _attachments.Count == 0) || random.Next(50) == 0)
            {
                (_isExported, _isReleased) = (true, false);
                var pages = 1 + (number % 9);
                return (new BufferExport(Name, (ulong)pages * 4096, "gpu") { Id = caller.Next() }, []);
            }

            DmaCommand[] commands = random.Next(20) switch
            {
                < 5 => [Attach(random)],
                < 9 => [Map(Any(_attachments, random))],
                < 12 => [new DmaCommand.Unmap(Any(_mappings, random))],
                < 15 => [new DmaCommand.Detach(Any(_attachments, random))],
                < 16 => [new DmaCommand.Release()],
                _ => Batch(random),
            };

            return (null, [.. caller.Number(commands)]);
        }
    }

    /// <summary>Notes that a request with ids was answered, for <see cref="Acknowledged"/>.</summary>
    public void Acknowledge(BufferExport? export, DmaCommand[] commands)
    {
        lock (_lock)
        {
            _acknowledged.Add((export, commands));
        }
    }

    /// <summary>Something that was answered at any time, which the network delivers once more; null for nothing.</summary>
    public (BufferExport? Export, DmaCommand[] Commands)? Acknowledged(Random random)
    {
        lock (_lock)
        {
            // As often the last ones, which are remembered, as any.
            return _acknowledged.Count == 0 ? null
                : _acknowledged[^(1 + random.Next(random.Next(2) == 0 ? Math.Min(4, _acknowledged.Count) : _acknowledged.Count))];
        }
    }

    /// <summary>Notes what a granted command did.</summary>
    public void Note(DmaCommand command)
    {
        lock (_lock)
        {
            switch (command)
            {
                case DmaCommand.Attach attach:
                    _attachments.Add(attach.Attachment);
                    break;
                case DmaCommand.Map map:
                    _mappings.Add(map.Mapping);
                    break;
                case DmaCommand.Unmap unmap:
                    _mappings.Remove(unmap.Mapping);
                    break;
                case DmaCommand.Detach detach:
                    _attachments.Remove(detach.Attachment);
                    break;
                case DmaCommand.Release:
                    _isReleased = true;
                    break;
                default:
                    break;
            }
        }
    }

    private DmaCommand.Attach Attach(Random random) =>
        new(NewName("a"), FaultBoard.Devices[random.Next(FaultBoard.Devices.Count)]);

    private DmaCommand.Map Map(string attachment) => new(NewName("m"), attachment, DmaDirection.Bidirectional);

    private DmaCommand[] Batch(Random random)
    {
        var attach = Attach(random);
        var map = Map(attach.Attachment);
        return [attach, map, new DmaCommand.Unmap(map.Mapping), new DmaCommand.Detach(attach.Attachment)];
    }

    // Now and then one that is not there.
    private static string Any(List<string> names, Random random) =>
        names.Count == 0 || random.Next(20) == 0 ? "nothing" : names[random.Next(names.Count)];

    private string NewName(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{++_names}");
}
