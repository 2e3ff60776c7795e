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
    public void StartFrom(SequentialBuffer start)
    {
        Start = start;
        History.Clear();
    }

    /// <summary>Something to ask next that mostly makes sense: an export, or commands that go together.</summary>
    public (BufferExport? Export, DmaCommand[] Commands) Next(Random random)
    {
        lock (_lock)
        {
            if (!_isExported || (_isReleased && _attachments.Count == 0) || random.Next(50) == 0)
            {
                (_isExported, _isReleased) = (true, false);
                var pages = 1 + (number % 9);
                return (new BufferExport(Name, (ulong)pages * 4096, "gpu") { Id = NewName("e") }, []);
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

            // One that was on its way for long must not happen to a buffer that has been exported anew.
            return (null, [.. commands.Select(command => command with { Id = NewName("c") })]);
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
