using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Tests.Scatterlists;

namespace DmaGrains.Model.Tests.Memory;

/// <summary>Generators of memories of a few dozen pages and of requests that often do not fit.</summary>
internal static class AnyMemory
{
    /// <summary>One of four tokens.</summary>
    public static Gen<AllocationToken> Token { get; } =
        Gen.Select(Gen.OneOf("a", "b"), Gen.UInt[0, 1], (name, generation) => new AllocationToken(name, generation));

    /// <summary>One to three regions around a 4 MiB block edge; some reserve pages, some touch.</summary>
    public static Gen<MemoryRegionLayout[]> Layouts { get; } =
        Gen.Select(Gen.Enum<MemoryKind>(), Gen.ULong[0, 5], Gen.ULong[1, 24], Gen.ULong[0, 7], Gen.ULong[0, 6])
            .Array[1, 3].Select(Placed);

    /// <summary>A request of up to 20 pages.</summary>
    public static Gen<AllocationRequest> Request { get; } = Gen.Select(
        Token,
        Gen.ULong[1, 20 * 4096],
        AnyRuns.Segment,
        Gen.OneOf(Gen.UInt[1, 6], Gen.Const(uint.MaxValue)),
        AnyRuns.Window,
        Gen.OneOf(Gen.Const(ulong.MaxValue), Gen.ULong[1000 * 4096UL, 1080 * 4096UL]),
        (token, size, segment, count, mask, highest) =>
            new AllocationRequest(token, size, new DmaConstraints(segment, count, mask), highest, "gpu"));

    private static MemoryRegionLayout[] Placed(
        (MemoryKind Kind, ulong Gap, ulong Pages, ulong Every, ulong Reserved)[] regions)
    {
        ulong end = 1008;
        var layouts = new List<MemoryRegionLayout>();
        foreach (var (kind, gap, pages, every, reserved) in regions)
        {
            var held = every == 0 ? 0 : Math.Min(reserved, every - 1);
            layouts.Add(new($"region{layouts.Count}", kind, new(end + gap, pages), every, held));
            end += gap + pages;
        }

        return [.. layouts];
    }
}
