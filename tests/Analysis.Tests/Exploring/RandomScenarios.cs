using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Translation;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Exploring;

/// <summary>Small scenarios of all sorts, on the boards that come along: few enough orders to play them one by one.</summary>
internal static class RandomScenarios
{
    private static readonly BoardDefinition[] _boards =
    [
        Small,
        Small,
        .. new[] { "raspberry-pi-4", "rk3399" }
            .Select(name => BoardFile.Read(Path.Combine(AppContext.BaseDirectory, "boards", $"{name}.yaml"))),
    ];

    private static readonly ulong[] _sizes = [4096, 300_000, 1 << 20, 1920 * 1080 * 4];

    private static readonly Gen<ExporterPolicy> _policies =
        Gen.OneOf(AnyOf([.. NamedPolicies.All.Select(named => named.Policy)]), RandomPolicies.Any);

    /// <summary>Up to three importers with up to four steps each, seven in all, of up to two buffers.</summary>
    public static Gen<Scenario> Any { get; } = OfSteps(7);

    /// <summary>The same with no more than so many steps in all, of which each importer has one.</summary>
    public static Gen<Scenario> OfSteps(int most) =>
        from board in AnyOf(_boards)
        from policies in _policies.Array[1, 2]
        from sizes in AnyOf(_sizes).Array[2]
        from regions in Gen.Frequency((3, Gen.Const(-1)), (1, Gen.Int[0, board.Memory.Length - 1])).Array[2]
        let buffers = policies.Select((policy, index) => BufferOf(board, index, sizes[index], policy, regions[index])).ToArray()
        from importers in ImporterOf(board, buffers).Array[2, 3].Select(all => Cut(all, most))
        select new Scenario(
            "random", "Steps at random.", board, [.. buffers], [.. importers.Select((importer, index) => importer with { Name = $"i{index}" })], []);

    /// <summary>A board on which everything is scarce: pages, addresses, bounces.</summary>
    private static BoardDefinition Small => new(
        "small",
        "A board for tests",
        [
            new("ram", MemoryKind.System, new(0x1000, 4096), 16, 1),
            new("high", MemoryKind.System, new(0x8000, 256)),
            new("cma", MemoryKind.Contiguous, new(0x4000, 1024)),
            new("vram", MemoryKind.Vram, new(0x20000, 512)) { Device = "gpu", PeerBus = "bus" },
            new("pool", MemoryKind.Bounce, new(0x6000, 64)),
            new("own", MemoryKind.Contiguous, new(0x9000, 300)) { Users = new("display") },
            new("card-pool", MemoryKind.Bounce, new(0xa000, 64)) { Users = new("card") },
        ],
        [
            new("gpu", new(uint.MaxValue, 0, 0)) { PeerToPeer = true, PeerBus = "bus", DmaMask = ulong.MaxValue },
            new("display", null) { RequiresContiguous = true },
            new("disk", new(65536, 16, 0xffff)) { BusDmaLimit = 0x7ff_ffff },
            new("blitter", new(uint.MaxValue, 8, 0)) { Coherent = true, Iommu = "mmu", NeedsStructPage = true },
            new("codec", new(uint.MaxValue, 4, 0)) { Iommu = "mmu", BusMmu = "bus-mmu" },
            new("card", new(65536, 0, 0)) { RestrictedPool = "card-pool" },
        ])
    {
        Stages =
        [
            new("mmu", new(new(0x10000), new(0x2fffff), 4096, IovaPolicy.RoundRobin, IovaAlignment.Granule, IovaReuse.Lazy)) { ContextCount = 2 },
            new("bus-mmu", new(new(0x10000), new(0x3fffff), 4096, IovaPolicy.FirstFit)),
        ],
    };

    private static BufferExport BufferOf(BoardDefinition board, int index, ulong size, ExporterPolicy policy, int region)
    {
        var buffer = new BufferExport($"b{index}", size) { Policy = policy };
        if (region >= 0 && board.Memory[region] is { Kind: MemoryKind.Contiguous, Users: { IsEmpty: false, Names: [var user, ..] } })
        {
            // Without naming it, and beside the other one with.
            return buffer with { Exporter = user, Memory = index == 0 ? default : new(board.Memory[region].Name) };
        }

        return region >= 0 && board.Memory[region].Kind != MemoryKind.Bounce
            ? buffer with { Memory = new(board.Memory[region].Name) }
            : buffer;
    }

    private static Gen<Importer> ImporterOf(BoardDefinition board, BufferExport[] buffers) =>
        from device in AnyOf([.. board.Devices.Select(device => device.Name)])
        from start in Gen.Frequency((5, Gen.Const(2)), (2, Gen.Const(1)), (1, Gen.Const(0)))
        from buffer in Gen.Int[0, buffers.Length - 1]
        from more in StepOf(buffers).Array[0, 2]
        let usual = new[] { Plain(StepKind.Attach, buffers[buffer].Name), Plain(StepKind.Map, buffers[buffer].Name) }
        let steps = usual.Take(start).Concat(more).ToArray()
        select new Importer("i", device, steps.Length == 0 ? [Plain(StepKind.Attach, buffers[buffer].Name)] : [.. steps]);

    /// <summary>The last steps of the longest go until there are no more than so many.</summary>
    private static Importer[] Cut(Importer[] importers, int most)
    {
        Importer[] cut = [.. importers];
        while (cut.Sum(importer => importer.Steps.Length) > most)
        {
            var longest = Array.FindIndex(cut, importer => importer.Steps.Length == cut.Max(other => other.Steps.Length));
            cut[longest] = cut[longest] with { Steps = cut[longest].Steps[..^1] };
        }

        return cut;
    }

    private static Gen<Step> StepOf(BufferExport[] buffers) =>
        from kind in Gen.Frequency((3, Gen.Enum<StepKind>()), (2, AnyOf(StepKind.Attach, StepKind.Map, StepKind.Unmap, StepKind.Detach)))
        from buffer in Gen.Int[0, buffers.Length - 1]
        from direction in Gen.Enum<DmaDirection>()
        from options in Gen.Frequency((4, Gen.Const(MapOptions.None)), (1, AnyOf(MapOptions.NoBounce, MapOptions.DeferFlush, MapOptions.OwnSpace)))
        from context in Gen.UInt[0, 2]
        from parameters in AnyOf<DeviceDmaParameters?>(null, new(4096, 1, 0), new(65536, 168, uint.MaxValue), new(1 << 20, 0, 0))
        select Plain(kind, kind.HasBuffer() ? buffers[buffer].Name : string.Empty) with
        {
            Direction = kind.HasDirection() ? direction : default,
            Options = kind.HasOptions() ? options : default,
            Context = kind == StepKind.SwitchContext ? context : 0,
            Parameters = kind == StepKind.SetParameters ? parameters : null,
        };

    private static Gen<T> AnyOf<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(index => items[index]);

    private static Step Plain(StepKind kind, string buffer) => new(kind, buffer, default, null, false, 0);
}
