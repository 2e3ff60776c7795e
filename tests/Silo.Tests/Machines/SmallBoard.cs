using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Silo.Tests.Machines;

/// <summary>A board with a GPU, and buffers on it.</summary>
internal static class SmallBoard
{
    private const string Name = "small";

    /// <summary>Defines the board.</summary>
    public static async Task DefineAsync(IGrainFactory grains) => Assert.True(
        (await grains.GetBoard(Name).DefineAsync(new(
            Name,
            "A board for tests",
            [new("ram", MemoryKind.System, new PageExtent(0x100, 16384))],
            [new Device("gpu", new DeviceDmaParameters(uint.MaxValue, 0, 0))]))).IsGranted);

    /// <summary>A buffer, exported or not.</summary>
    public static IDmaBufferGrain Buffer(IGrainFactory grains, int number) => grains.GetBuffer(Name, $"b{number}");

    /// <summary>Exports a buffer and attaches the GPU to it.</summary>
    public static async Task ExportAsync(IGrainFactory grains, int number)
    {
        var buffer = Buffer(grains, number);
        Assert.True((await buffer.ExportAsync(new BufferExport($"b{number}", 4096))).IsGranted);
        Assert.True((await buffer.AttachAsync("first", "gpu")).IsGranted);
    }

    /// <summary>The attachments of a buffer.</summary>
    public static async Task<string[]> AttachmentsAsync(IGrainFactory grains, int number) =>
        [.. (await Buffer(grains, number).DescribeAsync()).Value.Attachments.Select(attachment => attachment.Name)];
}
