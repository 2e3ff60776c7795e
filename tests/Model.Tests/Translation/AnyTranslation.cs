using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Tests.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>Generators of small boards with MMUs, and of mappings that often do not fit.</summary>
internal static class AnyTranslation
{
    /// <summary>Three stages of some dozens of granules, one of them with one context.</summary>
    public static Gen<IommuStage[]> Stages { get; } = Gen.Select(
        Stage("bus"), Stage("own"), Stage("other"), (bus, own, other) => new[] { bus, own, other with { ContextCount = 1 } });

    /// <summary>No pool, or one of 1 to 70 pages around the frames that <see cref="Request"/> uses, or one of 2 areas.</summary>
    public static Gen<MemoryRegionLayout?> Pool { get; } = Gen.Frequency(
        (1, Gen.Const((MemoryRegionLayout?)null)),
        (4, Gen.Select(Gen.OneOf(Gen.ULong[0, 4], Gen.ULong[0, 30]), Gen.ULong[1, 70], (first, pages) =>
            (MemoryRegionLayout?)new MemoryRegionLayout("pool", MemoryKind.Bounce, new(first, pages)))),
        (2, Gen.Const((MemoryRegionLayout?)new MemoryRegionLayout("pool", MemoryKind.Bounce, new(2, 128)) { Areas = 2 })));

    /// <summary>No pool of some devices alone, or one or two, beyond that of all.</summary>
    public static Gen<MemoryRegionLayout[]> Restricted { get; } = Gen.Select(Gen.Int[0, 2], Gen.ULong[1, 70].Array[2], (count, pages) =>
        new[] { "own", "other" }.Take(count)
            .Select((name, index) => new MemoryRegionLayout(name, MemoryKind.Bounce, new(150 + ((ulong)index * 70), pages[index])) { Users = new("dev") })
            .ToArray());

    /// <summary>One of six tokens of two buffers.</summary>
    public static Gen<MapToken> Token { get; } =
        Gen.Select(Gen.OneOf("a", "b"), Gen.ULong[0, 2], (buffer, sequence) => new MapToken(buffer, sequence));

    /// <summary>A request of any token; its storage lies in the first 46 frames.</summary>
    public static Gen<DmaMapRequest> Request { get; } =
        from path in Gen.OneOf<(string?, string?)>(
            (null, null), (null, null), ("own", null), (null, "bus"), ("own", "bus"), ("own", "bus"), ("other", "bus"),
            ("bus", "bus"), ("ghost", "bus"))
        from extents in AnyRuns.Extents
        from rest in Gen.UInt[0, 4095]
        from cut in Limits
        from takes in Gen.OneOf(Limits, Gen.Const(new DmaConstraints(0, 3, 0)), Gen.Const(DmaConstraints.Unconstrained))
        from highest in Gen.OneOf(
            Gen.Const(ulong.MaxValue),
            Gen.ULong[0, 250_000],
            Gen.Select(Gen.ULong[1, 60], Gen.ULong[0, 2], (page, around) => (page * 4096) + around - 2))
        from options in Gen.Frequency(
            (4, Gen.Const(MapOptions.None)),
            (1, Gen.OneOf(MapOptions.DeferFlush, MapOptions.OwnSpace, MapOptions.DeferFlush | MapOptions.OwnSpace)))
        from space in Gen.OneOf("one", "two")
        from checks in Gen.Bool
        from pool in Gen.Frequency((4, Gen.Const((string?)null)), (3, Gen.OneOf<string?>("own", "own", "other", "ghost")))
        let storage = new BackingStorage(new("a", rest), ["ram"], [.. extents], cut)
        select new DmaMapRequest(
            new("a", 0), "dev", path.Item1, path.Item2, storage, (AnyRuns.PageCount(extents) * 4096) - rest, cut, takes, highest)
        {
            ChecksCount = checks,
            Pool = pool,
            Options = options,
            Space = options.HasFlag(MapOptions.OwnSpace) ? space : null,
        };

    private static Gen<DmaConstraints> Limits => Gen.Select(
        AnyRuns.Segment, Gen.OneOf(Gen.UInt[1, 6], Gen.Const(uint.MaxValue)), AnyRuns.Window,
        (size, count, mask) => new DmaConstraints(size, count, mask));

    /// <summary>A stage of 20 to 90 granules.</summary>
    private static Gen<IommuStage> Stage(string name) =>
        from granule in Gen.Frequency((4, Gen.Const(4096U)), (1, Gen.Const(16384U)), (1, Gen.Const(65536U)))
        from first in Gen.ULong[0, 4UL * granule]
        from granules in Gen.ULong[20, 90]
        from policy in Gen.Enum<IovaPolicy>()
        from alignment in Gen.Enum<IovaAlignment>()
        from reuse in Gen.Enum<IovaReuse>()
        from owner in Gen.Enum<StageOwner>()
        from contexts in Gen.UInt[1, 3]
        let layout = new IovaSpaceLayout(new(first), new(first + (granules * granule)), granule, policy, alignment, reuse)
        select new IommuStage(name, layout) { Owner = owner, ContextCount = contexts };
}
