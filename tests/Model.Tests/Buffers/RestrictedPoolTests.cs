using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>A device with a bounce pool of its own (restricted-dma-pool): everything is copied for it, through that pool.</summary>
public sealed class RestrictedPoolTests
{
    private const ulong PoolStart = 0x100_0000;
    private const ulong PoolPages = 256;

    private static readonly ExporterPolicy _bouncing = new() { Bouncing = true };

    private static BoardDefinition Definition { get; } = new(
        "restricted",
        "A card with a bounce pool of its own",
        [
            new("ram", MemoryKind.System, new(0x100, 2048), 3, 1),
            new("splash", MemoryKind.Carveout, new(0xa00, 64)),
            new("swiotlb", MemoryKind.Bounce, new(0x800_0000 >> 12, 64)),
            new("wifi", MemoryKind.Bounce, new(PoolStart >> 12, PoolPages)) { Users = new("card") },
            new("high", MemoryKind.System, new(0x100000, 2048)),
        ],
        [new("card", null) { RestrictedPool = "wifi" }, new("plain", null) { DmaMask = ulong.MaxValue }])
    {
        Stages = [new("mmu", new(new(0x1000), new(uint.MaxValue), 4096))],
    };

    [Fact]
    public void Every_piece_is_copied_through_the_devices_own_pool_wherever_it_lies_and_all_comes_back() =>
        Gen.Select(Gen.ULong[1, PoolPages << 12], Gen.Bool).Sample((size, isHigh) =>
        {
            var board = Exported(Definition, size, isHigh ? "high" : "ram");

            var (mapped, reply) = board.Execute("frame", Map("card"));

            Assert.Null(reply.Refusal);
            var mapping = mapped.Buffer("frame")!.Mappings[0];
            var bounces = mapping.Mapped!.Bounces;
            Assert.Equal(mapping.ToTable().ToImmutableArray().Select((entry, index) => (index, entry.LengthBytes)), bounces.Select(bounce => (bounce.Entry, (uint)bounce.Slots.LengthBytes)));
            Assert.All(bounces, bounce => Assert.InRange(bounce.Address.Value, PoolStart, PoolStart + (PoolPages << 12) - bounce.Slots.LengthBytes));
            Assert.Equal(0UL, mapped.Translation.State.Pool!.Value.BounceCount);
            Assert.Equal(((ulong)bounces.Length, size), (mapped.Translation.State.RestrictedPools.Single().BounceCount, mapped.Translation.State.RestrictedPools.Single().BouncedBytes));
            var hazard = mapped.Buffer("frame")!.Hazards.Single(hazard => hazard.Kind == HazardKind.Bounced);
            Assert.Equal(("card", "BouncePool", (ulong)bounces.Length), (hazard.Importer, hazard.Field, hazard.Needed));
            var direct = mapped.Execute("frame", Map("plain")).Next.Buffer("frame")!.Mappings.Single(other => other.Attachment == "plain");
            Assert.Null(direct.Mapped);

            var ended = mapped.Execute("frame", new DmaCommand.Unmap("card")).Next;
            ended.AssertInvariants();
            Assert.Empty(ended.Translation.Held);
            Assert.True(ended.Execute("frame", Map("card")).Reply.IsGranted);
        });

    [Fact]
    public void Full_pool_is_EIO_whatever_the_common_pool_has() => Gen.ULong[1, PoolPages].Sample(pages =>
    {
        var board = Exported(Definition, (PoolPages - pages + 1) << 12, "ram").Execute("frame", Map("card")).Next;
        board = Attached(board.Export(new("second", pages << 12) { Policy = _bouncing }).Next, "second", "card");

        var refusal = board.Execute("second", Map("card")).Reply.Refusal!;

        Assert.Equal((Errno.EIO, "card", "BouncePool"), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.Contains("through wifi", refusal.Reason, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("ram", false, MapOptions.None)]
    [InlineData("ram", true, MapOptions.NoBounce)]
    [InlineData("splash", true, MapOptions.None)]
    public void What_may_not_be_copied_is_EIO(string memory, bool bouncing, MapOptions options)
    {
        var board = Exported(Definition, 4096, memory, new() { Bouncing = bouncing });

        var refusal = board.Execute("frame", new DmaCommand.Map("card", "card", DmaDirection.ToDevice) { Options = options }).Reply.Refusal!;

        Assert.Equal((Errno.EIO, "card", "BouncePool"), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.True(board.Execute("frame", Map("plain")).Reply.IsGranted);
    }

    [Fact]
    public void Behind_an_MMU_nothing_is_copied()
    {
        var board = Exported(With(card => card with { Iommu = "mmu" }), 4096, "ram").Execute("frame", Map("card")).Next;

        var mapped = board.Buffer("frame")!.Mappings[0].Mapped!;
        Assert.Equal((0, 1), (mapped.Bounces.Length, mapped.Stages.Length));
    }

    [Theory]
    [InlineData(PoolStart, PoolPages << 12, true)]
    [InlineData(PoolStart, 0x8000, true)]
    [InlineData(PoolStart + 0x1000, PoolPages << 12, false)]
    [InlineData(0UL, PoolStart, false)]
    public void Pool_that_lies_in_no_window_of_the_devices_bus_is_out_of_its_reach(ulong start, ulong size, bool isWithin)
    {
        var board = Exported(With(card => card with { Windows = new(new DmaWindow(start, 0x4000_0000, size)) }), 4096, "high");

        var (mapped, reply) = board.Execute("frame", Map("card"));

        Assert.Equal(isWithin ? null : (Errno.EIO, nameof(Device.Windows)), reply.Refusal is { } refusal ? (refusal.Errno, refusal.Field!) : default((Errno, string)?));
        if (isWithin)
        {
            Assert.Equal(0x4000_0000UL, mapped.Buffer("frame")!.Mappings[0].ToSegments()[0].Address.Value);
        }
    }

    [Fact]
    public void Longer_than_256_KiB_in_one_piece_is_EIO()
    {
        var board = Attached(
            Board.Create(With(card => card with { Parameters = new(uint.MaxValue, 0, 0) })).Value.Export(new("frame", 300_000) { Policy = _bouncing, Memory = new("high") }).Next,
            "frame", "card");

        var refusal = board.Execute("frame", Map("card")).Reply.Refusal!;

        Assert.Equal((Errno.EIO, "LengthBytes"), (refusal.Errno, refusal.Field));
    }

    [Fact]
    public void What_the_device_exports_has_to_name_its_memory()
    {
        var board = Board.Create(Definition).Value;

        var refusal = board.Export(new("frame", 4096, "card")).Reply.Refusal!;

        Assert.Equal((Errno.EOPNOTSUPP, "card", "BouncePool"), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.True(board.Export(new("frame", 4096, "card") { Memory = new("ram") }).Reply.IsGranted);
        Assert.True(Board.Create(With(card => card with { Iommu = "mmu" })).Value.Export(new("frame", 4096, "card")).Reply.IsGranted);
    }

    [Fact]
    public void Its_bounce_pool_comes_before_a_contiguous_area_and_after_a_carve_out()
    {
        var own = new MemoryRegionLayout("own", MemoryKind.Contiguous, new(0x2000, 64)) { Users = new("card") };

        Assert.Equal(["wifi"], NamedRegions.AreasOf(Definition.Devices[0], Definition.Memory.Add(own)).Select(region => region.Name));
        Assert.Equal(["own"], NamedRegions.AreasOf(Definition.Devices[0], Definition.Memory.Add(own with { Kind = MemoryKind.Carveout })).Select(region => region.Name));
    }

    [Fact]
    public void A_board_has_one_pool_for_all_and_a_device_one_of_its_own_at_most()
    {
        var pool = Definition.Memory[3];
        var second = pool with { Name = "second", Range = new(0x3000, 64) };

        Assert.Equal((Errno.EEXIST, "BouncePool"), FaultOf(Definition with { Memory = Definition.Memory.Add(second with { Users = default }) }));
        Assert.Equal((Errno.EINVAL, "Users"), FaultOf(Definition with { Memory = Definition.Memory.Add(second) }));
        Assert.Equal((Errno.EINVAL, "RestrictedPool"), FaultOf(With(card => card with { RestrictedPool = null })));
        Assert.Equal((Errno.EINVAL, "RestrictedPool"), FaultOf(Definition with { Memory = Definition.Memory.RemoveAt(3) }));
        Assert.Equal("Areas", (pool with { Areas = 2 }).Check()!.Field);
        Assert.Equal(
            Definition.Devices, BoardDefinition.WithPools([.. Definition.Devices.Select(device => device with { RestrictedPool = null })], Definition.Memory));
    }

    private static (Errno, string?) FaultOf(BoardDefinition definition) => (definition.Check()!.Errno, definition.Check()!.Field);

    private static BoardDefinition With(Func<Device, Device> change) =>
        Definition with { Devices = [.. Definition.Devices.Select(device => device.Name == "card" ? change(device) : device)] };

    private static Board Exported(BoardDefinition definition, ulong size, string memory, ExporterPolicy? policy = null) =>
        Attached(Board.Create(definition).Value.Export(new("frame", size) { Policy = policy ?? _bouncing, Memory = new(memory) }).Next, "frame", "card", "plain");

    private static Board Attached(Board board, string buffer, params string[] devices) =>
        devices.Aggregate(board, (next, device) => next.Execute(buffer, new DmaCommand.Attach(device, device)).Next);

    private static DmaCommand.Map Map(string device) => new(device, device, DmaDirection.Bidirectional);
}
