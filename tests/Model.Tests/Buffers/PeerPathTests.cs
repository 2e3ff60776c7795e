using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>Lists of a peer's memory from physical ranges (drivers/dma-buf/dma-buf-mapping.c, dma_buf_phys_vec_to_sgt).</summary>
public sealed class PeerPathTests
{
    private const ulong BarStart = 0x4000000000;
    private const ulong EntryMax = 0xfffff000;

    private static readonly Gen<ExporterPolicy> _policies = Gen.OneOf([.. NamedPolicies.All.Select(named => named.Policy).Where(policy => policy.Lists != ListSharing.Exporters)]);

    private static readonly Gen<DeviceDmaParameters?> _parameters = Gen.Select(
        Gen.OneOf(0u, 65536u, 1u << 30, uint.MaxValue), Gen.OneOf(0u, 128u, 100000u), Gen.OneOf(0UL, 0xffffUL, uint.MaxValue),
        (size, count, mask) => (DeviceDmaParameters?)new(size, count, mask));

    [Fact]
    public void Map_of_physical_ranges_ignores_the_limits_of_segments_and_has_no_pages() => Gen.Select(
        Gen.Enum<PeerPath>(), Gen.Bool, _policies, _parameters, Gen.OneOf(Gen.ULong[1, 64 << 12], Gen.ULong[EntryMax - 8192, EntryMax + 8192], Gen.ULong[EntryMax, 2 * EntryMax]))
        .Sample((path, isTranslated, policy, parameters, sizeBytes) =>
        {
            var board = BoardOf(path, isTranslated, parameters).Export(new("data", sizeBytes, "gpu") { Memory = new("bar"), Policy = policy }).Next;
            (board, _) = board.Execute("data", new DmaCommand.Attach("a", "nic"));
            (board, var reply) = board.Execute("data", new DmaCommand.Map("m", "a", DmaDirection.Bidirectional));

            board.AssertInvariants();
            if (!reply.IsGranted || path == PeerPath.Pages)
            {
                return;
            }

            var mapping = board.Buffer("data")!.Mappings[0];
            var isInTables = isTranslated && path == PeerPath.HostBridge;
            var start = isInTables ? Assert.Single(mapping.Mapped!.Stages).Range.First.Value : BarStart;
            Assert.True(mapping.IsOfRanges);
            Assert.Equal(isInTables, mapping.Mapped is not null);
            Assert.Equal(
                PiecesOf(start, sizeBytes),
                mapping.ToSegments().Select(segment => (segment.Address.Value, segment.LengthBytes)));
        });

    [Fact]
    public void Map_of_several_physical_ranges_behind_an_MMU_is_the_whole_in_pieces_wherever_a_range_ends() => Gen.Select(
        Gen.OneOf(4096u, 16384u, 65536u),
        Gen.Select(Gen.ULong[0, 2], Gen.OneOf(Gen.ULong[1, 3], Gen.ULong[1, 5UL << 14], Gen.ULong[(1UL << 16) - 2, (1UL << 16) + 2])).Array[1, 5],
        Gen.ULong[0, 4095])
        .Sample((granule, runs, rest) =>
        {
            // In units of the longest granule.
            var extents = new List<PageExtent>();
            foreach (var (gap, units) in runs)
            {
                extents.Add(new((extents.Count == 0 ? 16 : extents[^1].EndPfn) + (gap << 4), units << 4));
            }

            var size = (extents.Aggregate(0UL, (pages, run) => pages + run.PageCount) << 12) - rest;
            var table = Scatterlist.Build(extents.ToArray(), 0, size, (uint)EntryMax, ulong.MaxValue).Value;

            var mapping = IommuMap.Map(new IommuLimits(granule, (uint)EntryMax, ulong.MaxValue) { IsOfRanges = true }, table).Value;

            Assert.Equal((size + granule - 1) / granule * granule, mapping.LengthBytes);
            Assert.Equal(PiecesOf(0, size), mapping.Segments.Select(segment => (segment.OffsetBytes, segment.LengthBytes)));
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Map_of_two_physical_ranges_is_cut_between_them_unless_an_MMU_makes_one_of_them(bool isTranslated)
    {
        const ulong gib = 1 << 30;
        var board = BoardOf(PeerPath.HostBridge, isTranslated, null, barPages: 4 << 20);
        foreach (var (name, size) in new[] { ("before", 6 * gib), ("between", 4096UL), ("data", 9 * gib) })
        {
            board = board.Export(new(name, size, "gpu") { Memory = new("bar") }).Next;
            board = board.Execute(name, new DmaCommand.Attach("a", "nic")).Next;
            if (name == "data")
            {
                board = board.Execute("before", new DmaCommand.Unmap("m")).Next;
                board = board.Execute("before", new DmaCommand.Detach("a")).Next;
                board = board.Execute("before", new DmaCommand.Release()).Next;
                board = board.Export(new("after", 4 * gib, "gpu") { Memory = new("bar") }).Next;
            }

            (board, var reply) = board.Execute(name, new DmaCommand.Map("m", "a", DmaDirection.Bidirectional));
            Assert.Null(reply.Refusal);
        }

        var mapping = board.Buffer("data")!.Mappings[0];
        var ranges = mapping.Storage.Extents;
        Assert.NotEmpty(ranges);
        Assert.Equal(
            isTranslated
                ? PiecesOf(Assert.Single(mapping.Mapped!.Stages).Range.First.Value, 9 * gib)
                : ranges.SelectMany(range => PiecesOf(range.Address.Value, range.SizeBytes)),
            mapping.ToSegments().Select(segment => (segment.Address.Value, segment.LengthBytes)));
    }

    [Theory]
    [InlineData(PeerPath.Pages, Errno.EREMOTEIO)]
    [InlineData(PeerPath.HostBridge, Errno.EINVAL)]
    [InlineData(PeerPath.BusAddress, Errno.EINVAL)]
    public void Map_where_no_bus_leads_is_EREMOTEIO_for_pages_and_EINVAL_for_ranges(PeerPath path, Errno errno) =>
        Assert.Equal((errno, "PeerBus"), RefusalOfMap(BoardOf(path, false, null), "far"));

    [Theory]
    [InlineData(PeerPath.Pages, Errno.EIO)]
    [InlineData(PeerPath.HostBridge, Errno.ENOMEM)]
    public void Map_of_what_a_device_without_an_MMU_does_not_reach_is_EIO_for_pages_and_ENOMEM_for_ranges(PeerPath path, Errno errno) =>
        Assert.Equal((errno, "DmaMask"), RefusalOfMap(BoardOf(path, false, null), "narrow"));

    [Fact]
    public void Bus_addresses_that_a_device_cannot_form_are_on_record()
    {
        var board = Exported(BoardOf(PeerPath.BusAddress, false, null));
        board = board.Execute("data", new DmaCommand.Attach("a", "narrow")).Next;
        (board, var reply) = board.Execute("data", new DmaCommand.Map("m", "a", DmaDirection.ToDevice));

        Assert.True(reply.IsGranted);
        var hazard = Assert.Single(board.Buffer("data")!.Hazards);
        Assert.Equal((HazardKind.ListBreaksLimit, "narrow", "DmaMask", uint.MaxValue), (hazard.Kind, hazard.Importer, hazard.Field, hazard.Limit));
    }

    [Fact]
    public void Windows_of_a_bus_do_not_translate_physical_ranges()
    {
        var board = Exported(BoardOf(PeerPath.HostBridge, false, null));
        board = board.Execute("data", new DmaCommand.Attach("a", "windowed")).Next;
        (board, var reply) = board.Execute("data", new DmaCommand.Map("m", "a", DmaDirection.ToDevice));

        Assert.True(reply.IsGranted);
        Assert.Equal(BarStart, board.Buffer("data")!.Mappings[0].ToSegments()[0].Address.Value);
    }

    [Theory]
    [InlineData("alone", Errno.EOPNOTSUPP)]
    [InlineData("nic", Errno.ENODEV)]
    public void Attach_to_a_revoked_buffer_is_EOPNOTSUPP_for_a_device_that_takes_no_peers_memory_and_ENODEV_for_others(string device, Errno errno)
    {
        var board = Exported(BoardOf(PeerPath.HostBridge, false, null));
        board = board.Execute("data", new DmaCommand.Revoke()).Next;

        Assert.Equal(errno, board.Execute("data", new DmaCommand.Attach("a", device)).Reply.Refusal!.Errno);
    }

    [Fact]
    public void Check_refuses_with_EINVAL_a_path_that_is_not_known_or_not_of_video_memory()
    {
        var region = BoardOf(PeerPath.BusAddress, false, null).Memory.Layouts.First();

        Assert.Null(region.Check());
        Assert.Equal("PeerPath", (region with { PeerPath = (PeerPath)9 }).Check()!.Field);
        Assert.Equal("PeerPath", new MemoryRegionLayout("ram", MemoryKind.System, new(0, 1)) { PeerPath = PeerPath.BusAddress }.Check()!.Field);
    }

    private static (Errno Errno, string? Field) RefusalOfMap(Board board, string device)
    {
        board = Exported(board).Execute("data", new DmaCommand.Attach("a", device)).Next;
        var refusal = board.Execute("data", new DmaCommand.Map("m", "a", DmaDirection.ToDevice)).Reply.Refusal!;
        return (refusal.Errno, refusal.Field);
    }

    private static Board Exported(Board board) => board.Export(new("data", 8192, "gpu") { Memory = new("bar") }).Next;

    /// <summary>A range cut into the longest entries.</summary>
    private static IEnumerable<(ulong Start, uint LengthBytes)> PiecesOf(ulong start, ulong sizeBytes) => Enumerable
        .Range(0, (int)((sizeBytes + EntryMax - 1) / EntryMax))
        .Select(index => (start + ((ulong)index * EntryMax), (uint)Math.Min(EntryMax, sizeBytes - ((ulong)index * EntryMax))));

    private static Board BoardOf(PeerPath path, bool isTranslated, DeviceDmaParameters? parameters, ulong barPages = 2 << 20) => Board.Create(new(
        "board",
        "A board",
        [new("bar", MemoryKind.Vram, new(BarStart >> 12, barPages)) { Device = "gpu", PeerBus = "root", PeerPath = path }, new("ram", MemoryKind.System, new(0, 64))],
        [
            new("gpu", null) { PeerToPeer = true, PeerBus = "root", DmaMask = ulong.MaxValue },
            new("nic", parameters) { PeerToPeer = true, PeerBus = "root", DmaMask = ulong.MaxValue, Iommu = isTranslated ? "mmu" : null },
            new("narrow", null) { PeerToPeer = true, PeerBus = "root", DmaMask = uint.MaxValue },
            new("windowed", null) { PeerToPeer = true, PeerBus = "root", DmaMask = ulong.MaxValue, Windows = new([new(0, 1UL << 39, 1UL << 30)]) },
            new("far", null) { PeerToPeer = true, DmaMask = ulong.MaxValue },
            new("alone", null) { DmaMask = ulong.MaxValue },
        ])
    {
        Stages = [new("mmu", new(new(0), new(ulong.MaxValue >> 16), 4096))],
    }).Value;
}
