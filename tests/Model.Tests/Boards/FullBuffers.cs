using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Model.Tests.Boards;

/// <summary>Buffers that have reached a limit of the model.</summary>
internal static class FullBuffers
{
    private static readonly Device _gpu = new("gpu", null);

    /// <summary>As many attachments as a buffer takes.</summary>
    public static DmaBuffer Attached { get; } = Enumerable.Range(0, DmaBuffer.AttachmentsMax)
        .Aggregate(Fresh(), (buffer, index) => Granted(buffer, new DmaCommand.Attach($"a{index}", "gpu"), null));

    /// <summary>One attachment and as many mappings as a buffer takes.</summary>
    public static DmaBuffer Mapped { get; } = MapAll();

    private static DmaBuffer MapAll()
    {
        var buffer = Granted(Fresh(), SmallBoard.Attach("gpu"), null);
        var memory = PhysicalMemory.Create([new("ram", MemoryKind.System, new(0x100, 16))]).Value;
        DmaResult<BackingStorage>? storage = memory.Allocate(buffer.AllocationFor(SmallBoard.Map("gpu"))!).Reply;
        for (var index = 0; index < DmaBuffer.MappingsMax; index++)
        {
            var map = new DmaCommand.Map($"m{index}", "gpu", DmaDirection.FromDevice);
            buffer = Granted(buffer, map, buffer.AllocationFor(map) is null ? null : storage);
        }

        return buffer;
    }

    private static DmaBuffer Fresh() => DmaBuffer.Export(new(SmallBoard.Frame, 1)).Value;

    private static DmaBuffer Granted(DmaBuffer buffer, DmaCommand command, DmaResult<BackingStorage>? allocation)
    {
        var step = buffer.Apply(command, _gpu, allocation);
        Assert.True(step.Reply.IsGranted);
        return step.Next;
    }
}
