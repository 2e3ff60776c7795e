using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Listings;

/// <summary>Checks whether a board could serve all importers of a listed buffer together.</summary>
public sealed class BoardFit
{
    private readonly Board _board;
    private readonly ImmutableDictionary<string, string> _renamed;

    private BoardFit(Board board, ImmutableDictionary<string, string> renamed)
    {
        _board = board;
        _renamed = renamed;
    }

    /// <summary>Uses a board, empty for each buffer.</summary>
    /// <param name="board">A valid board.</param>
    /// <param name="renamed">The board's names of devices by the kernel's names, where they differ.</param>
    public static BoardFit On(BoardDefinition board, ImmutableDictionary<string, string> renamed) =>
        new(Board.Create(board).Value, renamed);

    /// <summary>The board's device for a device of the kernel; null when it has none.</summary>
    /// <param name="device">The kernel's name, which is the board's, except that the board has hyphens for characters that it does not allow.</param>
    public string? DeviceOf(string device)
    {
        var name = _renamed.GetValueOrDefault(device) ?? KernelName.ToModel(device);
        return _board.Device(name) is null ? null : name;
    }

    /// <summary>Exports a buffer of that size on the empty board, attaches its importers in order and maps each.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <returns>Null when the importers are unknown; else a report with the first refusal, if any.</returns>
    public FitReport? Of(ImportedBuffer buffer)
    {
        if (buffer.AttachedDevices is not { } attached)
        {
            return null;
        }

        var unknown = attached.Distinct().Where(device => DeviceOf(device) is null).ToImmutableArray();
        var devices = attached.Reverse().Select(DeviceOf).OfType<string>().ToList();
        if (devices.Count == 0)
        {
            return new(null, null, null, unknown);
        }

        var shown = ModelName.IsValid(buffer.Name) ? buffer.Name! : $"buffer-{buffer.Inode}";
        var (board, exported) = _board.Export(new BufferExport(shown, buffer.SizeBytes));
        var names = devices.Select((_, index) => $"importer-{index}").ToList();
        IEnumerable<DmaCommand> commands =
        [
            .. devices.Select((device, index) => new DmaCommand.Attach(names[index], device)),
            .. names.Select(name => new DmaCommand.Map(name, name, DmaDirection.Bidirectional)),
        ];
        var union = DmaConstraints.Unconstrained;
        var refusal = exported.Refusal;
        foreach (var command in commands.TakeWhile(_ => refusal is null))
        {
            (board, var reply) = board.Execute(shown, command);
            refusal = reply.Refusal;
            union = reply.TryGetValue(out var granted) ? granted.Constraints : union;
        }

        return FitReport.Of(refusal, union, unknown);
    }
}
