using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Boards;

/// <summary>A board with MMUs of every kind, a bounce pool, and memory that is nobody's but who names it.</summary>
internal static class MappedBoard
{
    public static BoardDefinition Definition => new(
        "mapped",
        "A board with MMUs",
        [
            new("dma", MemoryKind.System, new(0x10, 0x80), 8, 1),
            new("pool", MemoryKind.Bounce, new(0x90, 0x40)),
            new("cma", MemoryKind.Contiguous, new(0x8000, 256)),
            new("ram", MemoryKind.System, new(0x100000, 1024), 16, 1),
            new("splash", MemoryKind.Carveout, new(0x200000, 64)),
            new("vram", MemoryKind.Vram, new(0x300000, 64)) { Device = "gpu", PeerBus = "pcie" },
            new("stolen", MemoryKind.Stolen, new(0x400000, 64)),
            new("secure", MemoryKind.Protected, new(0x500000, 64)),
            new("cards", MemoryKind.Bounce, new(0xe0, 0x18)) { Users = new("card") },
        ],
        [
            new("gpu", new(uint.MaxValue, 0, 0)) { Iommu = "gart", DmaMask = (1UL << 40) - 1, Trusted = true },
            new("vop", null) { RequiresContiguous = true, Iommu = "smmu", DmaMask = uint.MaxValue, Trusted = true },
            new("isp", new(65536, 8, 0)) { Iommu = "smmu", DmaMask = uint.MaxValue },
            new("stacked", new(uint.MaxValue, 0, 0)) { Iommu = "narrow", BusMmu = "smmu", DmaMask = uint.MaxValue },
            new("ttm", new(uint.MaxValue, 0, 0)) { BusMmu = "smmu", NeedsStructPage = true },
            new("nic", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue, PeerToPeer = true, PeerBus = "pcie", Coherent = true },
            new("farnic", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue, PeerToPeer = true },
            new("wide", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue },
            new("low", new(262144, 0, 0)) { DmaMask = 0xfffff },
            new("card", new(65536, 0, 0)) { DmaMask = 0xffffff, RestrictedPool = "cards" },
            new("capture", new(4096, 48, 0)) { DmaMask = ulong.MaxValue, SegmentsPerLine = true },
        ])
    {
        Stages =
        [
            new("smmu", new(new(0x1000), new(0xffffff), 4096)) { ContextCount = 2 },
            new("narrow", new(new(0), new(0x3fffff), 4096, IovaPolicy.FirstFit)),
            new("gart", new(new(0), new(uint.MaxValue), 4096, IovaPolicy.RoundRobin, IovaAlignment.Granule, IovaReuse.Lazy))
            {
                Owner = StageOwner.Driver,
                ContextCount = 2,
            },
        ],
    };

    public static Board Create() => Board.Create(Definition).Value;

    /// <summary>The board with the buffer that <see cref="SmallBoard"/>'s commands speak of.</summary>
    public static Board With(ulong sizeBytes, ExporterPolicy? policy = null, string? memory = null, VideoLines? lines = null)
    {
        var (next, reply) = Create().Export(new(SmallBoard.Frame, sizeBytes)
        {
            Policy = policy ?? ExporterPolicy.Default,
            Memory = memory is null ? default : new(memory),
            Lines = lines,
        });
        Assert.True(reply.IsGranted, reply.Refusal?.ToString());
        return next;
    }

    public static DmaCommand GetScatterlist(string device) => new DmaCommand.GetScatterlist(device, device);

    public static DmaCommand GetPfns(string device) => new DmaCommand.GetPfns(device, device);

    /// <summary>Maps what a device took unmapped under its own name.</summary>
    public static DmaCommand MapRaw(string device, MapOptions options = MapOptions.None) =>
        new DmaCommand.MapRaw("raw", device, DmaDirection.Bidirectional) { Options = options };

    public static DmaCommand Begin(string name, DmaDirection direction) => new DmaCommand.BeginCpuAccess(name, direction);

    public static DmaCommand End(string name) => new DmaCommand.EndCpuAccess(name);

    public static DmaCommand Touch(string name, DmaDirection direction) => new DmaCommand.CpuAccess(name, direction);
}
