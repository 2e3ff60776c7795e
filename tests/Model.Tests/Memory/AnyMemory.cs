using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Tests.Scatterlists;

namespace DmaGrains.Model.Tests.Memory;

/// <summary>Generators of memories of a few dozen pages and of requests that often do not fit.</summary>
internal static class AnyMemory
{
    /// <summary>One of four tokens.</summary>
    public static Gen<AllocationToken> Token { get; } =
        Gen.Select(Gen.OneOf("a", "b"), Gen.UInt[0, 1], (name, generation) => new AllocationToken(name, generation));

    /// <summary>Every kind; those that need no name as often as all others together.</summary>
    private static readonly Gen<MemoryKind> _kind =
        Gen.OneOf(Gen.Enum<MemoryKind>(), Gen.OneOf(MemoryKind.System, MemoryKind.Contiguous));

    /// <summary>One to three regions around a 4 MiB block edge; some reserve pages, some touch.</summary>
    public static Gen<MemoryRegionLayout[]> Layouts { get; } =
        Gen.Select(_kind, Gen.ULong[0, 5], Gen.ULong[1, 24], Gen.ULong[0, 7], Gen.ULong[0, 6], Gen.OneOf("gpu", "nic"))
            .Array[1, 3].Select(Placed);

    private static readonly Gen<ulong> _highest =
        Gen.OneOf(Gen.Const(ulong.MaxValue), Gen.ULong[1000 * 4096UL, 1080 * 4096UL]);

    /// <summary>No name, or up to three names that the memory may have, in any order.</summary>
    private static readonly Gen<NameList> _regions = Gen.Frequency(
        (1, Gen.Const(default(NameList))),
        (2, Gen.Select(Gen.Shuffle((string[])["region0", "region1", "region2"]), Gen.Int[1, 3], (names, count) =>
            new NameList(names.Take(count)))));

    /// <summary>Up to three windows around the same edge, some beside each other, some not of whole pages; the bus has them in any order.</summary>
    private static readonly Gen<DmaWindows> _windows = Gen.Select(
        Gen.Select(Gen.OneOf(0UL, 0UL, 4096UL, 9000UL), Gen.ULong[1, 24], Gen.OneOf(0UL, 0UL, 100UL)).Array[1, 3],
        Gen.Bool,
        (windows, isReversed) =>
        {
            var (cpu, bus) = (1004 * 4096UL, 0x1000_0000UL);
            var placed = new List<DmaWindow>();
            foreach (var (gap, pages, odd) in windows)
            {
                var size = (pages * 4096) + odd;
                placed.Add(new(cpu + gap, isReversed ? bus - (cpu - (1004 * 4096UL)) - gap - size : bus + cpu + gap, size));
                cpu += gap + size;
            }

            return new DmaWindows(placed);
        });

    /// <summary>Nobody with windows, or one or two.</summary>
    private static readonly Gen<WindowedReaches> _windowed = Gen.Select(
        Gen.Select(Gen.OneOf("gpu", "camera"), Gen.OneOf(Gen.Const(ulong.MaxValue), Gen.ULong[0x0fff_0000, 0x1000_0000 + (1080 * 4096UL)]), _windows)
            .Array[0, 2].Select(found => found.DistinctBy(reach => reach.Item1).ToArray()),
        Gen.Frequency((2, Gen.Const(false)), (1, Gen.Const(true))),
        (reaches, hasAny) => hasAny
            ? new WindowedReaches(reaches.Select(reach => new WindowedReach(reach.Item1, new(reach.Item2, reach.Item3))))
            : default);

    /// <summary>A request of up to 20 pages; where the narrowest importer is the GPU, others may be narrow too.</summary>
    public static Gen<AllocationRequest> Request { get; } = Gen.Select(
        Gen.Select(
            Token,
            Gen.ULong[1, 20 * 4096],
            AnyRuns.Segment,
            Gen.OneOf(Gen.UInt[1, 6], Gen.Const(uint.MaxValue)),
            AnyRuns.Window,
            (token, size, segment, count, mask) => (token, size, new DmaConstraints(segment, count, mask))),
        _highest,
        Gen.OneOf(_highest.Select(highest => (ImporterReach?)new("camera", highest)), Gen.Const((ImporterReach?)null)),
        _regions,
        _windowed,
        Gen.OneOf(Gen.Const(0U), Gen.UInt[1, 12 * 4096]),
        (asked, highest, others, regions, windowed, wish) => new AllocationRequest(asked.token, asked.size, asked.Item3, highest, "gpu")
        {
            Others = others,
            Regions = regions,
            Windowed = windowed,
            PreferredSegmentSize = wish,
        });

    private static MemoryRegionLayout[] Placed(
        (MemoryKind Kind, ulong Gap, ulong Pages, ulong Every, ulong Reserved, string Device)[] regions)
    {
        ulong end = 1008;
        var layouts = new List<MemoryRegionLayout>();
        foreach (var (kind, gap, pages, every, reserved, device) in regions)
        {
            var held = every == 0 || kind == MemoryKind.Bounce ? 0 : Math.Min(reserved, every - 1);
            layouts.Add(new($"region{layouts.Count}", kind, new(end + gap, pages), every, held)
            {
                Device = kind == MemoryKind.Vram ? device : null,
            });
            end += gap + pages;
        }

        return [.. layouts];
    }
}
