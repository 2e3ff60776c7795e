using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Tests.Boards;

/// <summary>A board with holes in its system memory, a small contiguous area, and devices that disagree.</summary>
internal static class SmallBoard
{
    /// <summary>The buffer that most tests speak of.</summary>
    public const string Frame = "frame";

    /// <summary>Pages free on the fresh board.</summary>
    public static ulong FreePages { get; } = Create().Memory.FreePageCount;

    public static BoardDefinition Definition => new(
        "small",
        "A small board",
        [
            new("dma", MemoryKind.System, new(0x10, 0x80), 8, 1),
            new("cma", MemoryKind.Contiguous, new(0x8000, 512)),
            new("ram", MemoryKind.System, new(0x100000, 1024), 16, 1),
        ],
        [
            new("gpu", new(uint.MaxValue, 0, 0)) { DmaMask = (1UL << 40) - 1 },
            new("display", null) { RequiresContiguous = true },
            new("wide", new(262144, 128, 0)) { DmaMask = (1UL << 40) - 1 },
            new("narrow", new(4096, 256, 0)) { DmaMask = (1UL << 40) - 1 },
            new("windowed", new(0, 0, 0x3fff)) { DmaMask = (1UL << 40) - 1 },
            new("pageless", new(0, 0, 511)),
            new("few", new(6144, 2, 0)),
            new("posted", new(4096, 2, 0xfffff)),
            new("short", new(2048, 0, 0xfffff)),
            new("edgeless", new(65536, 0, 511)),
            new("low", null) { DmaMask = 0xfffff },
            new("deaf", null) { DmaMask = 0xffff },
        ]);

    /// <summary>The board without buffers.</summary>
    public static Board Create() => Board.Create(Definition).Value;

    /// <summary>The board with a buffer of that many bytes.</summary>
    public static Board With(ulong sizeBytes, ParameterDefaults? getters = null) =>
        Create().Export(new(Frame, sizeBytes, null, getters)).Next;

    /// <summary>The board after commands on the buffer, all of which must be granted.</summary>
    public static Board After(this Board board, params DmaCommand[] commands)
    {
        foreach (var command in commands)
        {
            var (next, reply) = board.Execute(Frame, command);
            Assert.True(reply.IsGranted, reply.Refusal?.ToString());
            next.AssertInvariants();
            board = next;
        }

        return board;
    }

    /// <summary>
    /// Why a command on the buffer is refused, after making sure that the refusal changes nothing, but where MMUs and the pool look next.
    /// </summary>
    public static Refusal RefusalOf(this Board board, DmaCommand command)
    {
        var (next, reply) = board.Execute(Frame, command);
        Assert.True(ReferenceEquals(board, next) || command is DmaCommand.Map or DmaCommand.MapRaw);
        Assert.Same(board.Memory, next.Memory);
        Assert.Same(board.Buffer(Frame), next.Buffer(Frame));
        Assert.Equal(board.Translation.Held.Select(board.Translation.HeldBy), next.Translation.Held.Select(next.Translation.HeldBy));
        return Assert.IsType<Refusal>(reply.Refusal);
    }

    /// <summary>The buffer.</summary>
    public static DmaBuffer FrameOf(this Board board) => board.Buffer(Frame)!;

    public static DmaCommand Attach(string device) => new DmaCommand.Attach(device, device);

    public static DmaCommand Detach(string device) => new DmaCommand.Detach(device);

    public static DmaCommand Map(string device) => new DmaCommand.Map(device, device, DmaDirection.Bidirectional);

    public static DmaCommand Unmap(string device) => new DmaCommand.Unmap(device);

    public static DmaCommand Release() => new DmaCommand.Release();
}
