using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Tests.Boards;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>Buffers in memory that their exporter names, and how far devices reach there.</summary>
public sealed class NamedMemoryTests
{
    private const ulong Size = 100_000;

    private static readonly ExporterPolicy _bouncing = new() { Constraints = ConstraintModel.None, Bouncing = true };

    [Fact]
    public void Export_keeps_what_the_named_regions_are()
    {
        var (board, reply) = MappedBoard.Create().Export(Named("vram", "stolen"));

        Assert.True(reply.IsGranted);
        Assert.Equal(["vram", "stolen"], board.FrameOf().Regions.Select(region => region.Name));
        Assert.Same(board, board.Export(Named("vram", "stolen")).Next);
    }

    [Fact]
    public void Export_of_a_gone_name_takes_the_regions_that_it_names_itself()
    {
        var gone = MappedBoard.With(Size, null, "splash").After(Attach("wide"), Map("wide"), Unmap("wide"), Detach("wide"), Release());

        var again = gone.Export(Named("cma")).Next.After(Attach("wide"), Map("wide"));

        Assert.Equal(["cma"], again.FrameOf().Storage!.Regions);
        again.AssertInvariants();
    }

    [Theory]
    [InlineData("splash")]
    [InlineData("cma")]
    [InlineData("ram")]
    public void First_map_takes_pages_of_the_named_region_and_gives_them_back(string region)
    {
        var mapped = MappedBoard.With(Size, null, region).After(Attach("wide"), Map("wide"));

        Assert.Equal([region], mapped.FrameOf().Storage!.Regions);
        Assert.Equal(25UL * 4096, HeldIn(mapped, region));
        Assert.Equal(0UL, HeldIn(mapped.After(Unmap("wide"), Detach("wide"), Release()), region));
    }

    [Fact]
    public void Export_that_allocates_at_once_takes_the_named_memory()
    {
        var export = Named("splash") with { Policy = NamedPolicies.Find("at-export")! };

        var (board, _) = MappedBoard.Create().Export(export);

        Assert.Equal(["splash"], board.FrameOf().Storage!.Regions);
        Assert.Equal(Errno.ENOMEM, MappedBoard.Create().Export(export with { SizeBytes = (64 * 4096) + 1 }).Reply.Refusal!.Errno);
    }

    [Fact]
    public void Migration_stays_in_the_named_memory()
    {
        var export = Named("ram", "dma") with { Policy = NamedPolicies.Find("migrate")! };
        var mapped = MappedBoard.Create().Export(export).Next.After(Attach("wide"), Map("wide"), Attach("vop"), Unmap("wide"));

        Assert.True(mapped.FrameOf().Attachments[0].IsPending);
        Assert.Equal((Errno.ENOMEM, "MaxSegmentCount"), PartsOf(mapped.RefusalOf(Map("vop"))));
    }

    [Fact]
    public void A_device_reaches_its_own_memory_whatever_its_mask()
    {
        var mapped = WithVram(0, "nic").After(Attach("gpu"), Map("gpu"));

        Assert.Equal(["vram"], mapped.FrameOf().Storage!.Regions);
        Assert.Null(mapped.FrameOf().Mappings[0].Mapped);
        mapped.AssertInvariants();
    }

    [Fact]
    public void A_device_does_not_reach_far_memory_next_to_its_own()
    {
        // The first region is full of another buffer, so that the second has to do.
        var board = WithVram(0, "nic", "vram", "splash").After(Attach("gpu"));
        var (full, _) = board.Export(new("other", 64 * 4096) { Memory = new("vram"), Policy = NamedPolicies.Find("at-export")! });

        Assert.Equal((Errno.ENOMEM, "SizeBytes"), PartsOf(full.RefusalOf(Map("gpu"))));
        Assert.Equal(["vram"], board.After(Map("gpu")).FrameOf().Storage!.Regions);
    }

    [Theory]
    [InlineData(0x3000fffffUL, true)]
    [InlineData(0x2ffffffffUL, false)]
    public void A_peer_reaches_the_memory_by_their_bus_as_far_as_its_mask_goes(ulong mask, bool reaches)
    {
        var board = WithVram(mask, "nic").After(Attach("gpu"), Attach("nic"));

        var reply = board.Execute(Frame, Map("gpu")).Reply;

        Assert.Equal(reaches ? null : (Errno.EIO, "nic", "DmaMask"), FaultOf(reply.Refusal));
    }

    [Fact]
    public void A_peer_that_came_late_is_refused_what_its_mask_does_not_reach()
    {
        var board = WithVram(0, "nic").After(Attach("gpu"), Map("gpu"), Attach("nic"));

        Assert.Equal((Errno.EIO, "nic", "DmaMask"), FaultOf(board.RefusalOf(Map("nic"))));
    }

    [Fact]
    public void An_importer_that_no_bus_connects_does_not_keep_the_others_from_the_memory()
    {
        var board = WithVram(0, "farnic").After(Attach("gpu"), Attach("farnic"), Map("gpu"));

        Assert.Equal((Errno.EREMOTEIO, "farnic", "PeerBus"), FaultOf(board.RefusalOf(Map("farnic"))));
    }

    [Theory]
    [InlineData("splash")]
    [InlineData("secure")]
    public void Memory_that_the_CPU_cannot_copy_is_not_bounced(string region)
    {
        var definition = MappedBoard.Definition with
        {
            Devices = [.. MappedBoard.Definition.Devices.Select(device => device with { Trusted = true })],
        };
        var board = Board.Create(definition).Value.Export(Named(region) with { Policy = _bouncing }).Next.After(Attach("low"));

        Assert.Equal((Errno.EIO, "low", "DmaMask"), FaultOf(board.Execute(Frame, Map("low")).Reply.Refusal));
    }

    private static BufferExport Named(params string[] regions) => new(Frame, Size) { Memory = new(regions) };

    /// <summary>Video memory at 12 GiB, a GPU that forms 32-bit addresses and sees physical ones, and a peer.</summary>
    private static Board WithVram(ulong peerMask, string peer, params string[] regions)
    {
        MemoryRegionLayout vram = new("vram", MemoryKind.Vram, new(0x300000, 64)) { Device = "gpu", PeerBus = "pcie" };
        var definition = new BoardDefinition(
            "peers",
            "A GPU and a peer",
            [new("ram", MemoryKind.System, new(0x100, 64)), new("splash", MemoryKind.Carveout, new(0x200000, 64)), vram],
            [
                new Device("gpu", null),
                new Device(peer, null) { DmaMask = peerMask, PeerToPeer = true, PeerBus = peer == "nic" ? "pcie" : null },
            ]);
        return Board.Create(definition).Value.Export(Named(regions.Length == 0 ? ["vram"] : regions)).Next;
    }

    private static ulong HeldIn(Board board, string region) =>
        board.Memory.Describe().Single(use => use.Name == region).HeldBytes;

    private static (Errno Errno, string? Field) PartsOf(Refusal refusal) => (refusal.Errno, refusal.Field);

    private static (Errno Errno, string? Importer, string? Field)? FaultOf(Refusal? refusal) =>
        refusal is null ? null : (refusal.Errno, refusal.Importer, refusal.Field);
}
