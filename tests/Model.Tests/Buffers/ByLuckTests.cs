using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class ByLuckTests
{
    private const string Frame = "frame";
    private const ulong BlockBytes = 4UL << 20;

    // From most named policies the first map of one importer is alike; these allocate, look and cut differently.
    private static readonly string[] _policies =
        ["refuse", "resplit", "flags", "size-only", "count-only", "own-lists", "first-attach", "at-export", "mainline", "shared-list"];

    [Fact]
    public void What_is_good_on_an_empty_machine_is_good_or_refused_where_no_two_free_pages_touch_and_what_is_by_luck_is_not_good() =>
        (from pages in Gen.OneOf(Gen.ULong[1, 8], Gen.ULong[1, 3000])
         from count in Gen.OneOf(Gen.UInt[1, 8], Gen.UInt[1, 3000], Gen.Const(0u))
         from policy in Gen.Int[0, _policies.Length - 1].Select(index => _policies[index])
         select (pages, count, policy))
        .Sample(asked =>
        {
            var (empty, scattered) = (Play(asked.pages, asked.count, asked.policy, 0), Play(asked.pages, asked.count, asked.policy, 2));
            if (empty is null)
            {
                return;
            }

            Assert.True(empty.Hazards.IsEmpty ? scattered is null or { Hazards.IsEmpty: true } : scattered is not { Hazards.IsEmpty: true });
        });

    /// <summary>Limits that bind here: below, at and above what pages and blocks make.</summary>
    private static readonly Gen<DeviceDmaParameters> _anyLimits = Gen.Select(
        Gen.OneOf(Gen.Int[1, 40].Select(pages => (uint)pages * Page.SizeBytes), Gen.OneOf(Gen.Const(0u), Gen.Const(5000u), Gen.Const(1u << 20), Gen.Const(uint.MaxValue))),
        Gen.Frequency((3, Gen.Const(0u)), (1, Gen.UInt[1, 300])),
        Gen.Frequency((3, Gen.Const(0UL)), (3, Gen.Int[12, 24].Select(bits => (1UL << bits) - 1)), (1, Gen.Const(0xffff_ffffUL))),
        (size, count, mask) => new DeviceDmaParameters(size, count, mask));

    /// <summary>Which pages the kernel holds: none, or so many of every so many.</summary>
    private static readonly Gen<(ulong Every, ulong Pages)> _anyHeld = Gen.OneOf(
        Gen.Const((0UL, 0UL)), Gen.Const((2UL, 1UL)), Gen.Select(Gen.ULong[2, 2000], Gen.ULong[1, 1999], (every, pages) => (every, 1 + (pages % (every - 1)))));

    [Fact]
    public void What_is_good_where_some_pages_are_free_is_good_or_refused_where_others_are() => Gen.Select(
        Gen.Select(Gen.OneOf(Gen.ULong[1, 8], Gen.ULong[1, 2000]), Gen.ULong[0, 4095]),
        _anyLimits,
        Gen.OneOf(Gen.Int[0, NamedPolicies.All.Length - 1].Select(index => NamedPolicies.All[index].Policy), RandomPolicies.Any),
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 3]),
        Gen.Select(_anyHeld, _anyHeld)).Sample((size, limits, policy, way, held) =>
        {
            var (isLate, isContiguous, path) = way;
            var (one, other) = (Outcome(held.Item1), Outcome(held.Item2));
            if (one is null || other is null)
            {
                return;
            }

            Assert.Equal(IsGood(one), IsGood(other));

            // An exporter that counts pages calls a newcomer too late whose MMU joins them.
            bool IsGood(DmaBuffer buffer) => buffer.Hazards.All(hazard => path == 1 && hazard.Kind == HazardKind.AttachedTooLate);

            DmaBuffer? Outcome((ulong Every, ulong Pages) pages)
            {
                var bytes = (size.Item1 << Page.Shift) - size.Item2;
                var definition = new BoardDefinition(
                    "b",
                    "b",
                    [new("ram", isContiguous ? MemoryKind.Contiguous : MemoryKind.System, new(0xfe000, 0x4000), pages.Every, pages.Pages)],
                    [
                        new("anything", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue },
                        // A contiguous area counts for one run, as whoever names it expects of it.
                        new("limited", isContiguous ? limits with { MaxSegmentCount = 0 } : limits)
                        {
                            DmaMask = ulong.MaxValue,
                            Iommu = path == 1 ? "mmu" : null,
                            // Seen through this window, boundaries are not where the CPU has them.
                            Windows = path == 2 ? new(new DmaWindow(0xfe00_0000, 0x1000, 1 << 30)) : default,
                        },
                    ])
                {
                    Stages = [new("mmu", new(new(0), new(uint.MaxValue), 4096))],
                };
                var board = Board.Create(definition).Value.Export(new(Frame, bytes) { Policy = policy }).Next;
                foreach (var device in isLate ? (string[])["anything", "limited"] : ["limited"])
                {
                    (board, var attached) = board.Execute(Frame, new DmaCommand.Attach(device, device));
                    (board, var mapped) = board.Execute(Frame, new DmaCommand.Map(device, device, DmaDirection.ToDevice));
                    if (!attached.IsGranted || !mapped.IsGranted)
                    {
                        return null;
                    }
                }

                return board.Buffer(Frame);
            }
        }, iter: 1500);

    [Theory]
    [InlineData(16, "mainline", 0)]
    [InlineData(17, "mainline", 1)]
    [InlineData(17, "count-only", 1)]
    [InlineData(17, "flags", 1)]
    [InlineData(17, "size-only", 0)]
    [InlineData(17, "refuse", 0)]
    [InlineData(17, "own-lists", 0)]
    [InlineData(17, "at-export", 1)]
    public void Segments_of_64_KiB_fit_by_luck_from_the_17th_page_on_unless_the_list_was_cut_for_them(ulong pages, string policy, int hazards)
    {
        var buffer = Limited(new(65_536, 0, 0), pages, policy)!;

        Assert.Equal(hazards, buffer.Hazards.Length);
        Assert.All(buffer.Hazards, hazard => Assert.Equal(
            (HazardKind.ByLuck, "MaxSegmentSize", pages << Page.Shift, 65_536UL), (hazard.Kind, hazard.Field, hazard.Needed, hazard.Limit)));
    }

    [Fact]
    public void A_segment_size_that_nobody_stated_and_that_fits_by_luck_is_worded_so()
    {
        var hazard = Assert.Single(Limited(null, 17, "mainline")!.Hazards);

        Assert.Equal((HazardKind.ByLuck, UnstatedLimits.MaxSegmentSize), (hazard.Kind, hazard.Unstated));
        Assert.EndsWith("Call dma_set_max_seg_size() in the driver, and give max_segment_size on the board.", hazard.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0xffff, 0x10000, 1, "mainline", 0)]
    [InlineData(2, 0xffff, 0x10000, 1, "mainline", 1)]
    [InlineData(2, 0xffff, 0x10000, 1, "refuse", 0)]
    [InlineData(2, 0xffff, 0x10000, 1, "size-only", 1)]
    [InlineData(2, 0xffff_ffff, 0x10000, 1, "mainline", 0)]
    [InlineData(2, 0xffff_ffff, 0xff000, 1, "mainline", 1)]
    [InlineData(2, 0xffff_ffff, 0xfe000, 1, "mainline", 0)]
    [InlineData(2, 0xffff_ffff, 0xfe000, 2, "mainline", 1)]
    public void Segments_cross_no_boundary_by_luck_where_memory_that_touches_goes_across_one_and_the_list_was_not_cut_there(
        ulong pages, ulong mask, ulong firstPfn, int regions, string policy, int hazards)
    {
        var buffer = Limited(new(uint.MaxValue, 0, mask), pages, policy, firstPfn, regions)!;

        Assert.Equal(hazards, buffer.Hazards.Length);
        Assert.All(buffer.Hazards, hazard => Assert.Equal(
            (HazardKind.ByLuck, "SegmentBoundaryMask", mask), (hazard.Kind, hazard.Field, hazard.Limit)));
    }

    [Theory]
    [InlineData("refuse", 1)]
    [InlineData("accept", 1)]
    [InlineData("resplit", 0)]
    [InlineData("migrate", 0)]
    public void Whose_segments_fit_though_it_came_late_is_lucky_unless_the_exporter_would_have_cut_or_moved(string policy, int hazards) =>
        Assert.Equal(hazards, Limited(new(65_536, 0, 0), 17, policy, isLate: true)!.Hazards.Length);

    /// <summary>A buffer that a device of those limits has mapped, where no two free pages touch; null when anything was refused.</summary>
    private static DmaBuffer? Limited(
        DeviceDmaParameters? limits, ulong pages, string policy, ulong firstPfn = 0x10000, int regions = 1, bool isLate = false)
    {
        var board = Board.Create(new(
            "b",
            "b",
            [.. Enumerable.Range(0, regions).Select(number => new MemoryRegionLayout($"ram{number}", MemoryKind.System, new(firstPfn + (0x2000UL * (ulong)number), 0x2000), 2, 1))],
            [new("anything", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue }, new("limited", limits) { DmaMask = ulong.MaxValue }])).Value
            .Export(new(Frame, pages << Page.Shift) { Policy = NamedPolicies.Find(policy)! }).Next;
        foreach (var device in isLate ? (string[])["anything", "limited"] : ["limited"])
        {
            (board, var attached) = board.Execute(Frame, new DmaCommand.Attach(device, device));
            (board, var mapped) = board.Execute(Frame, new DmaCommand.Map(device, device, DmaDirection.ToDevice));
            if (!attached.IsGranted || !mapped.IsGranted)
            {
                return null;
            }
        }

        return board.Buffer(Frame);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(1024, 1)]
    public void One_page_is_one_run_and_two_are_one_by_luck(ulong pages, int hazards)
    {
        var buffer = Play(pages, 1, "refuse", 0)!;

        Assert.Equal(hazards, buffer.Hazards.Length);
        Assert.All(buffer.Hazards, hazard => Assert.Equal(
            (HazardKind.ByLuck, "MaxSegmentCount", pages, 1UL), (hazard.Kind, hazard.Field, hazard.Needed, hazard.Limit)));
    }

    [Theory]
    [InlineData(128, "mainline", 0)]
    [InlineData(129, "mainline", 1)]
    [InlineData(129, "at-export", 1)]
    [InlineData(129, "refuse", 0)]
    [InlineData(129, "first-attach", 0)]
    public void A_device_of_128_segments_needs_luck_from_the_129th_page_on_unless_the_allocation_asked(ulong pages, string policy, int hazards) =>
        Assert.Equal(hazards, Play(pages, 128, policy, 0)!.Hazards.Length);

    [Theory]
    [InlineData("first-attach", 128, 1)]
    [InlineData("first-attach-migrate", 128, 0)]
    [InlineData("first-attach-migrate", 1, 1)]
    public void Who_comes_late_is_lucky_unless_the_storage_would_have_moved(string policy, uint count, int hazards)
    {
        var definition = BoardOf(0);
        var board = Board.Create(definition with
        {
            Devices = [new("anything", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue }, new("counts", new(uint.MaxValue, count, 0)) { DmaMask = ulong.MaxValue }],
        }).Value.Export(new(Frame, 1024UL << Page.Shift) { Policy = NamedPolicies.Find(policy)! }).Next;
        foreach (var device in (string[])["anything", "counts"])
        {
            board = board.Execute(Frame, new DmaCommand.Attach(device, device)).Next;
            board = board.Execute(Frame, new DmaCommand.Map(device, device, DmaDirection.ToDevice)).Next;
        }

        Assert.Equal(hazards, board.Buffer(Frame)!.Hazards.Length);
    }

    [Fact]
    public void The_sentence_names_the_area_that_would_help_and_that_no_block_is_so_long()
    {
        var (short_, long_) = (Play(1024, 1, "mainline", 0)!.Hazards, Play(1025, 1, "mainline", 0)!.Hazards);

        Assert.Contains("A contiguous area of 4194304 bytes", Assert.Single(short_).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("never guarantees", short_[0].Reason, StringComparison.Ordinal);
        Assert.Contains("never guarantees more than 4194304 bytes in one run", Assert.Single(long_).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_contiguous_area_is_no_luck()
    {
        var buffer = Mapped(BoardOf(0, new MemoryRegionLayout("cma", MemoryKind.Contiguous, new(0x80000, 4096))), 2000, 1, "refuse")!;

        Assert.Equal("cma", Assert.Single(buffer.Storage!.Regions));
        Assert.Equal(0UL, buffer.Storage.SystemPageCount);
        Assert.Empty(buffer.Hazards);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    public void Of_both_kinds_together_the_page_allocators_share_counts(ulong pagesOfRam, int hazards)
    {
        var board = Board.Create(new(
            "b",
            "b",
            [new("ram", MemoryKind.System, new(0x10000, pagesOfRam)), new("cma", MemoryKind.Contiguous, new(0x80000, 512))],
            [new("counts", new(uint.MaxValue, 2, 0)) { DmaMask = ulong.MaxValue }])).Value;
        board = board.Export(new(Frame, (512 + pagesOfRam) << Page.Shift)
        {
            Policy = NamedPolicies.Find("mainline")!,
            Memory = new("cma", "ram"),
        }).Next;
        board = board.Execute(Frame, new DmaCommand.Attach("a", "counts")).Next;
        var buffer = board.Execute(Frame, new DmaCommand.Map("a", "a", DmaDirection.ToDevice)).Next.Buffer(Frame)!;

        Assert.Equal(pagesOfRam, buffer.Storage!.SystemPageCount);
        Assert.Equal(hazards, buffer.Hazards.Length);
    }

    [Fact]
    public void Behind_an_MMU_it_does_not_matter_how_pages_lie() =>
        Assert.Empty(Mapped(BoardOf(0), 64, 1, "translated", device: "behind")!.Hazards);

    [Fact]
    public void A_list_taken_unmapped_is_by_luck_too()
    {
        var board = Exported(BoardOf(0), 2, "refuse");
        board = board.Execute(Frame, new DmaCommand.Attach("a", "counts")).Next;
        board = board.Execute(Frame, new DmaCommand.GetScatterlist("list", "a")).Next;

        Assert.Equal(HazardKind.ByLuck, Assert.Single(board.Buffer(Frame)!.Hazards).Kind);
    }

    [Fact]
    public void Luck_is_on_record_once() => Assert.Single(
        Exported(BoardOf(0), 2, "refuse")
            .Execute(Frame, new DmaCommand.Attach("a", "counts")).Next
            .Execute(Frame, new DmaCommand.Map("one", "a", DmaDirection.ToDevice)).Next
            .Execute(Frame, new DmaCommand.Map("other", "a", DmaDirection.ToDevice)).Next
            .Buffer(Frame)!.Hazards);

    [Theory]
    [InlineData(1024, "the largest range has")]
    [InlineData(1025, "a page allocator returns none above 4194304")]
    public void Without_an_area_one_run_above_the_longest_block_is_refused_with_ENOMEM_that_says_so(ulong pages, string words)
    {
        var board = Exported(BoardOf(2), pages, "refuse", count: 1).Execute(Frame, new DmaCommand.Attach("a", "counts")).Next;

        var refusal = board.Execute(Frame, new DmaCommand.Map("a", "a", DmaDirection.ToDevice)).Reply.Refusal!;

        Assert.Equal((Errno.ENOMEM, "MaxSegmentCount", pages << Page.Shift), (refusal.Errno, refusal.Field, refusal.Needed));
        Assert.Contains(words, refusal.Reason, StringComparison.Ordinal);
        Assert.Equal(pages == 1025 ? BlockBytes : Page.SizeBytes, refusal.Limit);
    }

    /// <summary>The buffer after its only importer has mapped it; null when anything was refused.</summary>
    private static DmaBuffer? Play(ulong pages, uint count, string policy, ulong reservedEvery) =>
        Mapped(BoardOf(reservedEvery), pages, count, policy);

    private static DmaBuffer? Mapped(BoardDefinition definition, ulong pages, uint count, string policy, string device = "counts")
    {
        var (board, attached) = Exported(definition, pages, policy, count).Execute(Frame, new DmaCommand.Attach("a", device));
        (board, var mapped) = board.Execute(Frame, new DmaCommand.Map("a", "a", DmaDirection.ToDevice));
        return attached.IsGranted && mapped.IsGranted ? board.Buffer(Frame) : null;
    }

    private static Board Exported(BoardDefinition definition, ulong pages, string policy, uint count = 1)
    {
        var board = Board.Create(definition with
        {
            Devices = [.. definition.Devices.Select(device => device with { Parameters = new(uint.MaxValue, count, 0) })],
        }).Value;
        return board.Export(new(Frame, pages << Page.Shift) { Policy = NamedPolicies.Find(policy)! }).Next;
    }

    private static BoardDefinition BoardOf(ulong reservedEvery, params MemoryRegionLayout[] more) => new(
        "b",
        "b",
        [new("ram", MemoryKind.System, new(0x10000, 8192), reservedEvery, reservedEvery == 0 ? 0 : 1UL), .. more],
        [new("counts", null) { DmaMask = ulong.MaxValue }, new("behind", null) { DmaMask = ulong.MaxValue, Iommu = "mmu" }])
    {
        Stages = [new("mmu", new(new(0), new(uint.MaxValue), 4096))],
    };
}
