using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Model.Tests.Devices;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>Devices whose bus does not see memory where the CPU does.</summary>
public sealed class WindowsTests
{
    private const ulong MiB = 1 << 20;

    private static readonly DmaWindow _alias = new(0, 0xc0000000, 16 * MiB);

    private static readonly DmaWindow[] _halves = [new(2 * MiB, 0x4000_0000, 0x8000), new((2 * MiB) + 0x8000, 0, MiB)];

    private static readonly ExporterPolicy _anything = new() { Constraints = ConstraintModel.None };

    [Fact]
    public void Map_gives_the_addresses_that_the_bus_has()
    {
        var frame = On(_alias).After(Attach("dev"), Map("dev")).FrameOf();

        var page = frame.Storage!.Extents[0].Address.Value;
        Assert.True(page < 16 * MiB);
        Assert.Equal(0xc0000000 + page, frame.Mappings[0].ToSegments()[0].Address.Value);
        Assert.Empty(frame.Hazards);
    }

    [Fact]
    public void Map_takes_pages_within_the_windows_of_all_importers()
    {
        var other = new Device("other", new(uint.MaxValue, 0, 0)) { Windows = new(new DmaWindow(0, 0x8000_0000, 6 * MiB)) };
        var board = On([new DmaWindow(4 * MiB, 0, 8 * MiB)], beside: other);

        var frame = board.After(Attach("dev"), Attach("other"), Map("dev")).FrameOf();

        Assert.All(frame.Storage!.Extents, extent => Assert.InRange(extent.Address.Value, 4 * MiB, (6 * MiB) - extent.SizeBytes));
    }

    [Theory]
    [InlineData(false, "Windows")]
    [InlineData(true, null)]
    public void Map_refuses_with_EIO_or_bounces_what_lies_in_no_window(bool bounces, string? field)
    {
        // The exporter looks at nobody: the pages come from the upper zone, where no window is.
        var board = On(_alias, _anything with { Bouncing = bounces }).After(Attach("wide"), Map("wide"), Attach("dev"));

        var (next, reply) = board.Execute(Frame, Map("dev"));

        Assert.Equal(field, reply.Refusal?.Field);
        if (reply.Refusal is { } refusal)
        {
            Assert.Equal((Errno.EIO, "dev"), (refusal.Errno, refusal.Importer));
            Assert.Contains(_alias.ToString(), refusal.Reason, StringComparison.Ordinal);
            return;
        }

        var pool = PoolBoard.Memory.Single(region => region.Kind == MemoryKind.Bounce).Range;
        Assert.All(reply.Value.Mapping!.ToSegments(), segment => Assert.InRange(
            segment.Address.Value, 0xc0000000 + pool.Address.Value, 0xc0000000 + pool.Address.Value + pool.SizeBytes - segment.LengthBytes));
        Assert.Equal((HazardKind.Bounced, "Windows"), (next.FrameOf().Hazards[0].Kind, next.FrameOf().Hazards[0].Field));
        next.AssertInvariants();
    }

    [Theory]
    [InlineData(0UL, "Windows")]
    [InlineData(0xffff_fff0UL, "DmaMask")]
    public void Map_refuses_with_EIO_when_the_copy_is_out_of_reach_too(ulong bus, string field)
    {
        // A window beside the pool, and one that holds it where the device forms no addresses.
        var window = bus == 0 ? new DmaWindow(0, 0x1000_0000, MiB) : new DmaWindow(0, bus, 16 * MiB);
        var board = On(window, _anything with { Bouncing = true }).After(Attach("wide"), Map("wide"), Attach("dev"));

        var refusal = board.RefusalOf(Map("dev"));

        Assert.Equal((Errno.EIO, "dev", field), (refusal.Errno, refusal.Importer, refusal.Field));
    }

    [Fact]
    public void Map_refuses_with_EIO_when_no_memory_lies_in_the_windows()
    {
        var board = On(new DmaWindow(1UL << 40, 0, 16 * MiB)).After(Attach("dev"));

        var refusal = board.RefusalOf(Map("dev"));

        Assert.Equal((Errno.EIO, "dev", "Windows"), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.Contains("0x10000000000", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_refuses_with_ENOMEM_and_names_the_windows_when_they_hold_too_little()
    {
        var refusal = On(new DmaWindow((2 * MiB) + 4096, 0, 8192), size: 3 * 4096).After(Attach("dev")).RefusalOf(Map("dev"));

        Assert.Equal((Errno.ENOMEM, "SizeBytes", 8192UL), (refusal.Errno, refusal.Field, refusal.Limit));
        Assert.Contains("dev reaches memory through 0x201000-0x202fff (bus 0x0)", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_puts_on_record_a_boundary_that_the_bus_has_elsewhere()
    {
        // The pages stop at every 64 KiB; on the bus, which sees them half of that further, one segment does not.
        var board = On(new DmaWindow(0, 0x8000, 16 * MiB), device: new("dev", new(65536, 0, 0xffff)), size: 65536);

        var hazard = Assert.Single(board.After(Attach("dev"), Map("dev")).FrameOf().Hazards);

        Assert.Equal((HazardKind.ListBreaksLimit, "SegmentBoundaryMask"), (hazard.Kind, hazard.Field));
        Assert.Empty(On(new DmaWindow(0, 0x10000, 16 * MiB), device: new("dev", new(65536, 0, 0xffff)), size: 65536)
            .After(Attach("dev"), Map("dev")).FrameOf().Hazards);
    }

    [Fact]
    public void Map_takes_no_run_that_leaves_its_window()
    {
        // What is one run for the CPU the bus has the other way round: the page before the jump stays free.
        var frame = On(_halves, size: 60 * 1024).After(Attach("dev"), Map("dev")).FrameOf();

        Assert.Equal(new((2 * MiB >> 12) + 1, 6), frame.Storage!.Extents[0]);
        Assert.All(frame.Storage.Extents, extent => Assert.True(
            frame.Attachments[0].Reach.Holds(extent.Address.Value, extent.SizeBytes)));
    }

    [Fact]
    public void Map_refuses_with_EIO_a_run_that_leaves_its_window()
    {
        var around = new Device("around", new(uint.MaxValue, 0, 0)) { Windows = new(new DmaWindow(2 * MiB, 2 * MiB, MiB)) };
        var board = On(_halves, size: 60 * 1024, beside: around).After(Attach("around"), Map("around"), Attach("dev"));

        var refusal = board.RefusalOf(Map("dev"));

        Assert.Equal((Errno.EIO, "dev", "Windows"), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.Contains("leave the window", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_do_not_translate_behind_an_MMU_but_end_its_addresses()
    {
        var device = new Device("dev", new(uint.MaxValue, 0, 0)) { Iommu = "smmu", DmaMask = ulong.MaxValue, Windows = new(new DmaWindow(0, 0, 0x4000)) };
        var board = Board.Create(MappedBoard.Definition with { Devices = [.. MappedBoard.Definition.Devices, device] }).Value.Export(new(Frame, 2 * 4096)).Next;

        var segment = Assert.Single(board.After(Attach("dev"), Map("dev")).FrameOf().Mappings[0].ToSegments());

        Assert.Equal(new(new(0x2000), 0x2000), segment);
    }

    [Fact]
    public void Memory_of_its_own_needs_no_window()
    {
        var definition = MappedBoard.Definition;
        var own = definition.Devices.Single(device => device.Name == "nic") with { Windows = new(_alias) };
        definition = definition with
        {
            Devices = [.. definition.Devices.Where(device => device.Name != "nic"), own],
            Memory = [.. definition.Memory.Select(region => region.Kind == MemoryKind.Vram ? region with { Device = "nic" } : region)],
        };
        var board = Board.Create(definition).Value.Export(new(Frame, 4096) { Memory = new("vram") }).Next;

        Assert.Equal(0x300000000UL, board.After(Attach("nic"), Map("nic")).FrameOf().Mappings[0].ToSegments()[0].Address.Value);
    }

    [Theory]
    [InlineData(false, 0x8000_0000UL, "Windows")]
    [InlineData(true, 0x8000_0000UL, "Windows")]
    [InlineData(true, 0xc000_0000UL, null)]
    public void Shared_list_is_on_record_for_who_sees_its_memory_elsewhere(bool isBounced, ulong bus, string? field)
    {
        var other = new Device("other", new(uint.MaxValue, 0, 0)) { Windows = new(new DmaWindow(0, bus, 16 * MiB)) };
        var policy = new ExporterPolicy { Constraints = ConstraintModel.None, Lists = ListSharing.Shared, Bouncing = isBounced };
        var board = On([_alias], policy, beside: other, memory: isBounced ? "ram" : "dma");

        var hazards = board.After(Attach("dev"), Attach("other"), Map("dev"), Map("other")).FrameOf().Hazards.Where(hazard => hazard.Kind == HazardKind.SharedAddresses);

        Assert.Equal(field, hazards.SingleOrDefault()?.Field);
    }

    [Fact]
    public void Every_segment_lies_in_the_image_of_a_window_and_below_the_mask() =>
        Gen.Select(AnyWindows.Some, Gen.OneOf(Gen.ULong[0x10_0000, 0x1_0000_0000], Gen.Const(ulong.MaxValue)), Gen.Bool, Gen.Bool, Gen.ULong[1, 200_000])
            .Sample((windows, mask, isStrict, bounces, size) =>
            {
                var policy = (isStrict ? new ExporterPolicy() : _anything) with { Bouncing = bounces };
                var device = new Device("dev", new(65536, 0, 0)) { DmaMask = mask, Windows = windows };
                var board = Board.Create(PoolBoard with { Devices = [.. PoolBoard.Devices, device] }).Value
                    .Export(new(Frame, size) { Policy = policy }).Next.After(Attach("wide"), Attach("dev"));
                if (isStrict)
                {
                    // Nothing may be mapped that the first map did not ask for.
                    var first = board.Execute(Frame, Map("wide"));
                    Assert.True(first.Reply.IsGranted || first.Reply.Refusal!.Errno is Errno.EIO or Errno.ENOMEM);
                    board = first.Next;
                }

                var (next, reply) = board.Execute(Frame, Map("dev"));
                next.AssertInvariants();
                if (!reply.TryGetValue(out var granted))
                {
                    return reply.Refusal!.Errno is Errno.EIO or Errno.ENOMEM && !(isStrict && board.FrameOf().Storage is not null);
                }

                return granted.Mapping!.ToSegments().All(segment =>
                    windows.Joined().Any(window => segment.Address.Value >= window.BusStart && segment.Address.Value + segment.LengthBytes - 1 <= window.BusLast)
                    && segment.Address.Value + segment.LengthBytes - 1 <= mask);
            });

    private static BoardDefinition PoolBoard { get; } = new(
        "pooled",
        "A board with a bounce pool",
        [
            new("dma", MemoryKind.System, new(0x10, 0xbf0), 16, 1),
            new("pool", MemoryKind.Bounce, new(0xc00, 0x100)),
            new("ram", MemoryKind.System, new(0x100000, 1024), 16, 1),
        ],
        [
            new("wide", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue },
            new("low", new(uint.MaxValue, 0, 0)) { DmaMask = (16 * MiB) - 1 },
        ]);

    private static Board On(DmaWindow window, ExporterPolicy? policy = null, Device? device = null, ulong size = 40_000) =>
        On([window], policy, device, size);

    private static Board On(
        DmaWindow[] windows, ExporterPolicy? policy = null, Device? device = null, ulong size = 40_000, Device? beside = null, string? memory = null)
    {
        var dev = (device ?? new("dev", new(uint.MaxValue, 0, 0))) with { Windows = new(windows) };
        return Board.Create(PoolBoard with { Devices = [.. PoolBoard.Devices, .. beside is null ? [] : (Device[])[beside], dev] }).Value
            .Export(new(Frame, size) { Policy = policy ?? new(), Memory = memory is null ? default : new(memory) }).Next;
    }
}
