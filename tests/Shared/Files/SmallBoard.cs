using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;

namespace DmaGrains.Tests.Shared;

/// <summary>A board with fragmented RAM, and one buffer on it.</summary>
internal static class SmallBoard
{
    /// <summary>The buffer that is exported.</summary>
    public const string Frame = "frame";

    /// <summary>Every 16th page is taken, so that runs are 60 KiB long; a GPU, a display that takes one run, a blitter that snoops.</summary>
    public static BoardDefinition Definition => new(
        "small",
        "A board for tests",
        [
            new("ram", MemoryKind.System, new(0x1000, 4096), 16, 1),
            new("cma", MemoryKind.Contiguous, new(0x8000, 1024)),
        ],
        [
            new("gpu", new(uint.MaxValue, 0, 0)),
            new("display", null) { RequiresContiguous = true },
            new("blitter", new(uint.MaxValue, 0, 0)) { Coherent = true, PreferredSegmentSize = 65536 },
        ]);

    /// <summary>The board with a buffer, after commands that are all granted.</summary>
    public static DmaBuffer BufferAfter(ulong sizeBytes, params ImmutableArray<DmaCommand> commands) =>
        BufferAfter(new BufferExport(Frame, sizeBytes, "gpu"), commands);

    /// <summary>The board with a buffer, after commands that are all granted.</summary>
    public static DmaBuffer BufferAfter(BufferExport export, params ImmutableArray<DmaCommand> commands)
    {
        var board = Board.Create(Definition).Value.Export(export).Next;
        foreach (var command in commands)
        {
            (board, var reply) = board.Execute(export.Name, command);
            Assert.True(reply.IsGranted, $"{command}: {reply.Refusal}");
        }

        return board.Buffer(export.Name)!;
    }

    /// <summary>An attach under the device's name.</summary>
    public static DmaCommand Attach(string device) => new DmaCommand.Attach(device, device);

    /// <summary>A map under the device's name.</summary>
    public static DmaCommand Map(string device, DmaDirection direction) => new DmaCommand.Map(device, device, direction);
}
