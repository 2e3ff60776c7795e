using CsCheck;
using DmaGrains.Analysis.Advising;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Analysis.Tests.Advising;

/// <summary>Generators of small boards with devices that do not go well together, and of what they share.</summary>
internal static class AnyRequest
{
    private const ulong HighRamStart = 0x1_0000_0000;

    private static readonly Gen<uint> _segmentSize = Gen.OneOf(0u, 4096u, 6000u, 65536u, uint.MaxValue);
    private static readonly Gen<uint> _segmentCount = Gen.OneOf(0u, 0u, 1u, 3u, 16u, 64u);
    private static readonly Gen<ulong> _mask = Gen.OneOf(0UL, 0UL, 0x3fffUL, 0xffff_ffffUL);
    private static readonly Gen<ulong> _reach = Gen.OneOf(0UL, 0UL, 0xff_ffffUL, ulong.MaxValue);

    private static readonly Gen<Device> _device = Gen.Select(
        Gen.Select(_segmentSize, _segmentCount, _mask), _reach, Gen.Int[0, 7], Gen.Int[0, 7],
        (limits, reach, path, traits) => new Device("d", new(limits.Item1, path == 0 ? 0 : limits.Item2, limits.Item3))
        {
            RequiresContiguous = path == 0,
            DmaMask = reach,
            Iommu = path == 1 ? "mmu" : null,
            NeedsStructPage = traits == 0,
            Coherent = traits == 1,
            SegmentsPerLine = traits == 2,
            Windows = traits == 3 ? new(new DmaWindow(0x80000, 0x8000_0000, 0x100000)) : default,
        });

    /// <summary>None, one that is too small for most buffers, and one that has room for all; beside RAM or not.</summary>
    private static readonly Gen<PageExtent?> _area = Gen.Int[0, 4].Select(which => which switch
    {
        0 => default(PageExtent?),
        1 => new(0x800, 16),
        2 => new(0x200, 16),
        _ => new(0x800, 96),
    });

    /// <summary>
    /// Up to four importers, of which one may have to export, on a board with fragmented RAM, RAM above 4 GiB, perhaps a contiguous
    /// area, a carve-out, and perhaps an area of the first importer alone.
    /// </summary>
    public static Gen<AdviceRequest> Any { get; } = Gen.Select(_device.Array[1, 4], Gen.UInt[1, 64], Gen.Bool, Gen.Int[0, 2], _area, Gen.Int[0, 5]).Select((devices, pages, isFrame, pin, area, own) =>
    {
        var board = BoardOf(devices, area, own);
        return new AdviceRequest(board, [.. board.Devices.Select(device => device.Name)], (ulong)pages << 12)
        {
            Lines = isFrame ? new VideoLines(pages, 4000, 4096) : null,
            Exporter = pin == 0 ? board.Devices[0].Name : null,
        };
    });

    private static BoardDefinition BoardOf(Device[] devices, PageExtent? area, int own) => new(
        "any",
        "A board for tests",
        [
            new("low", MemoryKind.System, new(0x100, 256), 16, 1),
            new("pool", MemoryKind.Bounce, new(0x400, 256)),
            .. area is { } pages ? [new("cma", MemoryKind.Contiguous, pages)] : Array.Empty<MemoryRegionLayout>(),
            new("splash", MemoryKind.Carveout, new(0x900, 128)),
            .. own < 3 ? [new("own", own == 0 ? MemoryKind.Carveout : MemoryKind.Contiguous, new(0xa00, 40)) { Users = new("d0") }] : Array.Empty<MemoryRegionLayout>(),
            new("high", MemoryKind.System, new(HighRamStart >> 12, 1024), 32, 1),
        ],
        [.. devices.Select((device, index) => device with { Name = $"d{index}", OwnAreaByName = own == 2 })])
    {
        Stages = [new("mmu", new(new(0), new(uint.MaxValue), 4096))],
    };
}
