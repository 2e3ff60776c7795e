using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Memory;

public sealed class PhysicalMemoryTests
{
    private static readonly DmaConstraints _oneRange = new(uint.MaxValue, 1, ulong.MaxValue);

    [Fact]
    public void Allocate_gives_the_same_pages_again_for_the_same_request()
    {
        var memory = Create(System("ram", 0, 16));
        var (held, first) = memory.Allocate(Request(4));

        var (again, second) = held.Allocate(Request(4));

        Assert.Same(held, again);
        Assert.Same(first.Value, second.Value);
    }

    [Fact]
    public void Allocate_gives_pages_back_first_when_a_token_comes_with_another_request()
    {
        var (held, _) = Create(System("ram", 0, 16)).Allocate(Request(10));

        var (next, reply) = held.Allocate(Request(12));

        Assert.Equal(12UL, reply.Value.PageCount);
        Assert.Equal(4UL, next.FreePageCount);
        Assert.Single(next.Allocations);
    }

    [Fact]
    public void Allocate_keeps_nothing_when_a_token_comes_with_a_request_that_does_not_fit()
    {
        var (held, _) = Create(System("ram", 0, 16)).Allocate(Request(10));

        var (next, reply) = held.Allocate(Request(17));

        Assert.Equal(Errno.ENOMEM, reply.Refusal!.Errno);
        Assert.Equal(16UL, next.FreePageCount);
        Assert.Empty(next.Allocations);
    }

    [Fact]
    public void Allocate_returns_the_same_memory_when_it_refuses()
    {
        var memory = Create(System("ram", 0, 16));

        Assert.Same(memory, memory.Allocate(Request(17)).Next);
    }

    [Fact]
    public void Memory_cannot_be_replaced_while_pages_are_held_EBUSY()
    {
        var memory = Create(System("ram", 0, 16));
        var held = memory.Allocate(Request(1)).Next;

        Assert.Null(memory.CheckReplaceable());
        Assert.Equal((Errno.EBUSY, "Memory"), (held.CheckReplaceable()!.Errno, held.CheckReplaceable()!.Field));
        Assert.Null(held.Free(Request(1).Token).CheckReplaceable());
    }

    [Fact]
    public void Free_twice_is_free_once()
    {
        var memory = Create(System("ram", 0, 16));
        var held = memory.Allocate(Request(10)).Next;

        var freed = held.Free(Request(10).Token);

        Assert.Equal(16UL, freed.FreePageCount);
        Assert.Same(freed, freed.Free(Request(10).Token));
        Assert.Same(memory, memory.Free(new("never", 0)));
    }

    [Theory]
    [InlineData(0xfffffUL, true)]
    [InlineData(0x100ffeUL, true)]
    [InlineData(0x100fffUL, false)]
    public void Allocate_refuses_with_EIO_when_no_page_is_within_reach(ulong highest, bool refuses)
    {
        var request = Request(1) with { HighestAddress = highest };

        var refusal = Create(System("ram", 0x100, 16)).Allocate(request).Reply.Refusal;

        Assert.Equal(refuses ? (Errno.EIO, "gpu", "DmaMask") : null, refusal is null ? null : FaultOf(refusal));
    }

    [Fact]
    public void Allocate_refuses_with_ENOMEM_and_the_size_when_too_little_is_free()
    {
        var refusal = Create(System("ram", 0, 16), Contiguous("cma", 16, 4)).Allocate(Request(21)).Reply.Refusal!;

        Assert.Equal((Errno.ENOMEM, null, "SizeBytes"), FaultOf(refusal));
        Assert.Equal((21UL * 4096, 20UL * 4096), (refusal.Needed, refusal.Limit));
    }

    [Fact]
    public void Allocate_refuses_with_ENOMEM_and_the_size_when_too_little_is_free_within_reach()
    {
        var request = Request(6) with { HighestAddress = (4 * 4096) - 1 };

        var refusal = Create(System("ram", 0, 16)).Allocate(request).Reply.Refusal!;

        Assert.Equal((Errno.ENOMEM, null, "SizeBytes"), FaultOf(refusal));
        Assert.Equal((6UL * 4096, 4UL * 4096), (refusal.Needed, refusal.Limit));
    }

    [Theory]
    [InlineData(1u, 2)]
    [InlineData(2u, 3)]
    public void Allocate_refuses_with_ENOMEM_and_the_count_when_the_free_runs_are_too_short(uint count, ulong largest)
    {
        // Runs of 3 pages; the page allocator has no block of more than 2.
        var memory = Create(System("ram", 0, 16) with { ReservedEveryPages = 4, ReservedPages = 1 });
        var request = Request(7) with { Constraints = _oneRange with { MaxSegmentCount = count } };

        var refusal = memory.Allocate(request).Reply.Refusal!;

        Assert.Equal((Errno.ENOMEM, null, "MaxSegmentCount"), FaultOf(refusal));
        Assert.Equal((7UL * 4096, largest * 4096), (refusal.Needed, refusal.Limit));
    }

    [Fact]
    public void Allocate_uses_the_small_holes_first_when_any_list_will_do()
    {
        var memory = Create(System("ram", 0, 64) with { ReservedEveryPages = 4, ReservedPages = 1 });

        var storage = memory.Allocate(Request(7)).Reply.Value;

        Assert.Equal([new PageExtent(1, 3), new(5, 3), new(9, 1)], storage.Extents);
    }

    [Fact]
    public void Allocate_takes_the_higher_of_two_zones_to_spare_the_low_one()
    {
        var memory = Create(System("dma32", 0, 64), System("normal", 0x100000, 64));

        var low = Request(7) with { HighestAddress = uint.MaxValue };

        Assert.Equal(["normal"], memory.Allocate(Request(7)).Reply.Value.Regions);
        Assert.Equal(["dma32"], memory.Allocate(low).Reply.Value.Regions);
    }

    [Fact]
    public void Allocate_takes_the_contiguous_area_only_when_system_memory_has_no_such_range()
    {
        var memory = Create(
            System("ram", 0, 64) with { ReservedEveryPages = 8, ReservedPages = 1 }, Contiguous("cma", 64, 64));

        // Of 7 free pages, the page allocator has a block of 4.
        Assert.Equal(["ram"], memory.Allocate(Request(4) with { Constraints = _oneRange }).Reply.Value.Regions);
        Assert.Equal(["cma"], memory.Allocate(Request(5) with { Constraints = _oneRange }).Reply.Value.Regions);
    }

    [Fact]
    public void Allocate_starts_one_range_off_a_boundary_when_that_saves_a_segment()
    {
        // From a boundary 5 pages are cut into 3, 1 and 1; with 3 before a boundary, into 3 and 2.
        var memory = Create(Contiguous("cma", 0, 32) with { AreaAlignmentBytes = 4096 });
        var limits = new DmaConstraints(3 * 4096, 2, Any.WindowOf(4));

        var storage = memory.Allocate(Request(5) with { Constraints = limits }).Reply.Value;

        Assert.Equal([new PageExtent(1, 5)], storage.Extents);
    }

    [Fact]
    public void Allocate_searches_one_range_inside_a_4_MiB_block_of_system_memory()
    {
        // Free are frames 1002 to 1015 and 1018 to 1031; the second run crosses the block edge at 1024.
        var memory = Create(System("ram", 1000, 32) with { ReservedEveryPages = 16, ReservedPages = 2 });
        var (held, _) = memory.Allocate(Request(10) with { Token = new("other", 0) });

        var storage = held.Allocate(Request(8) with { Constraints = _oneRange }).Reply.Value;

        Assert.Equal([new PageExtent(1024, 8)], storage.Extents);
    }

    [Fact]
    public void Allocate_does_not_count_on_blocks_that_touch()
    {
        var memory = Create(System("ram", 0, 4096), Contiguous("cma", 4096, 2048));

        var storage = memory.Allocate(Request(1025) with { Constraints = _oneRange }).Reply.Value;

        Assert.Equal(["cma"], storage.Regions);
        Assert.Equal(["ram"], memory.Allocate(Request(1024) with { Constraints = _oneRange }).Reply.Value.Regions);
    }

    [Fact]
    public void Allocate_searches_the_longest_segments_inside_4_MiB_blocks_of_system_memory()
    {
        // Free are runs of 4, 14 and 14 pages, and the block edge at 1024 cuts the second into 6 and 8.
        var memory = Create(System("ram", 1000, 48) with { ReservedEveryPages = 16, ReservedPages = 2 });
        var (held, _) = memory.Allocate(Request(10) with { Token = new("other", 0) });
        var request = Request(28) with { Constraints = _oneRange with { MaxSegmentCount = 2 } };

        var refusal = held.Allocate(request).Reply.Refusal!;

        Assert.Equal((Errno.ENOMEM, null, "MaxSegmentCount"), FaultOf(refusal));
        Assert.True(held.Allocate(request with { SizeBytes = 22 * 4096 }).Reply.IsGranted);
    }

    [Fact]
    public void Allocate_gives_nothing_of_memory_that_has_to_be_named()
    {
        var memory = Create(System("ram", 0, 4), Region("splash", MemoryKind.Carveout, 16, 64), Vram(128, 64));

        var refusal = memory.Allocate(Request(5)).Reply.Refusal!;

        Assert.Equal((Errno.ENOMEM, null, "SizeBytes"), FaultOf(refusal));
        Assert.Equal(4UL * 4096, refusal.Limit);
    }

    [Theory]
    [InlineData(MemoryKind.Stolen, null)]
    [InlineData(MemoryKind.Bounce, "pool")]
    [InlineData(MemoryKind.Bounce, "ghost")]
    public void Allocate_refuses_with_ENOMEM_when_there_is_no_memory_to_give(MemoryKind kind, string? named)
    {
        var request = Request(1) with { HighestAddress = 0, Regions = named is null ? default : new(named) };

        var refusal = Create(Region("pool", kind, 16, 64)).Allocate(request).Reply.Refusal!;

        Assert.Equal((Errno.ENOMEM, null, "SizeBytes"), FaultOf(refusal));
        Assert.Equal((4096UL, 0UL), (refusal.Needed, refusal.Limit));
    }

    [Fact]
    public void Allocate_takes_the_first_named_region_that_has_room()
    {
        var memory = Create(System("ram", 0, 64), Contiguous("cma", 64, 64), Region("splash", MemoryKind.Carveout, 128, 8));
        var named = Request(8) with { Regions = new("splash", "cma", "ram") };

        var storage = memory.Allocate(named).Reply.Value;

        Assert.Equal([new PageExtent(128, 8)], storage.Extents);
        Assert.Equal(["cma"], memory.Allocate(named with { SizeBytes = 9 * 4096 }).Reply.Value.Regions);
    }

    [Fact]
    public void Allocate_spreads_over_all_named_regions_when_none_has_room_alone()
    {
        var memory = Create(System("ram", 0, 8), Contiguous("cma", 64, 8), Contiguous("other", 128, 8));
        var named = Request(12) with { Regions = new("cma", "ram") };

        Assert.Equal(["ram", "cma"], memory.Allocate(named).Reply.Value.Regions);
        Assert.Equal(
            (Errno.ENOMEM, null, "MaxSegmentCount"), FaultOf(memory.Allocate(named with { Constraints = _oneRange }).Reply.Refusal!));
    }

    [Fact]
    public void Allocate_scatters_in_a_carve_out_only_when_no_one_range_is_free()
    {
        var memory = Create(Region("splash", MemoryKind.Carveout, 0, 32) with { ReservedEveryPages = 8, ReservedPages = 1 });
        var named = Request(7) with { Regions = new("splash") };

        Assert.Single(memory.Allocate(named).Reply.Value.Extents);
        Assert.Equal(2, memory.Allocate(named with { SizeBytes = 8 * 4096 }).Reply.Value.Extents.Length);
    }

    [Fact]
    public void Allocate_gives_ranges_longer_than_4_MiB_of_everything_but_system_memory()
    {
        var memory = Create(System("ram", 0, 2048), Region("secure", MemoryKind.Protected, 2048, 2048));
        var named = Request(1025) with { Constraints = _oneRange };

        Assert.True(memory.Allocate(named with { Regions = new("secure") }).Reply.IsGranted);
        Assert.Equal(
            4UL << 20, memory.Allocate(named with { Regions = new("ram") }).Reply.Refusal!.Limit);
    }

    [Fact]
    public void Allocate_lets_a_device_reach_its_own_memory_whatever_its_mask()
    {
        var memory = Create(System("ram", 0, 64), Vram(128, 64));
        var named = Request(4) with { Regions = new("vram"), HighestAddress = 0xffff };

        Assert.True(memory.Allocate(named).Reply.IsGranted);
        Assert.Equal(
            (Errno.EIO, "nic", "DmaMask"),
            FaultOf(memory.Allocate(named with { Others = new("nic", 0x1ffff) }).Reply.Refusal!));
        Assert.Equal(
            (Errno.EIO, "nic", "DmaMask"), FaultOf(memory.Allocate(named with { NarrowestImporter = "nic" }).Reply.Refusal!));
    }

    [Fact]
    public void Allocate_refuses_in_words_that_name_the_regions()
    {
        var memory = Create(System("ram", 0, 64), Region("stolen", MemoryKind.Stolen, 128, 8));
        var named = Request(9) with { Regions = new("stolen") };

        var full = memory.Allocate(named).Reply.Refusal!.Reason;
        var far = memory.Allocate(named with { HighestAddress = 0xfff }).Reply.Refusal!.Reason;

        Assert.All((string[])[full, far], reason => Assert.Contains("stolen", reason, StringComparison.Ordinal));
        Assert.DoesNotContain("ram", full + far, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_throws_when_two_allocations_hold_a_page()
    {
        var memory = Create(System("ram", 0, 16));
        var one = Assert.Single(memory.Allocate(Request(4)).Next.Allocations);
        var other = one with { Request = one.Request with { Token = new("other", 0) } };

        Assert.Throws<InvalidOperationException>(() => PhysicalMemory.Restore([.. memory.Layouts], [one, other]));
    }

    [Fact]
    public void Create_refuses_with_EINVAL_when_there_is_no_region() =>
        Assert.Equal((Errno.EINVAL, null, "Memory"), FaultOf(PhysicalMemory.Create([]).Refusal!));

    [Fact]
    public void Create_refuses_with_EINVAL_when_a_region_is_malformed() =>
        Assert.Equal(
            (Errno.EINVAL, null, "Range"),
            FaultOf(PhysicalMemory.Create([System("ram", 0, 16), System("ram", 0, 0)]).Refusal!));

    [Theory]
    [InlineData(15, 4)]
    [InlineData(4, 2)]
    [InlineData(0, 32)]
    [InlineData(0, 1)]
    public void Create_refuses_with_EEXIST_when_regions_share_pages(ulong first, ulong pages) =>
        Assert.Equal(
            (Errno.EEXIST, null, "Range"),
            FaultOf(PhysicalMemory.Create([System("ram", 0, 16), Contiguous("ram", first, pages)]).Refusal!));

    [Fact]
    public void Create_refuses_with_EEXIST_when_regions_share_a_name() =>
        Assert.Equal(
            (Errno.EEXIST, null, "Name"),
            FaultOf(PhysicalMemory.Create([System("ram", 0, 16), Contiguous("ram", 16, 4)]).Refusal!));

    [Fact]
    public void Allocate_gives_whole_windows_where_one_list_needs_them_and_another_few_segments()
    {
        // 64 windows of 16 KiB and no segment to spare; the other list's 25 segments of up to 60 KiB are to consist of such windows.
        DmaConstraints windows = new(uint.MaxValue, 64, 0x3fff);
        DmaConstraints few = new(61_440, 25, ulong.MaxValue);
        var request = Request(256) with { LimitsPerImporter = LimitsPerImporter.Of([windows, few], 256 * 4096) };

        var storage = Create(System("ram", 1, 300)).Allocate(request).Reply.Value;

        Assert.All([windows, few], list => Assert.InRange(
            storage.Extents.Aggregate(0UL, (count, extent) => count + Scatterlist.CountEntries(extent, list)), 1UL, list.MaxSegmentCount));
    }

    private static PhysicalMemory Create(params MemoryRegionLayout[] layouts) => PhysicalMemory.Create(layouts).Value;

    private static MemoryRegionLayout System(string name, ulong first, ulong pages) =>
        new(name, MemoryKind.System, new(first, pages));

    private static MemoryRegionLayout Contiguous(string name, ulong first, ulong pages) =>
        new(name, MemoryKind.Contiguous, new(first, pages));

    private static MemoryRegionLayout Region(string name, MemoryKind kind, ulong first, ulong pages) => new(name, kind, new(first, pages));

    private static MemoryRegionLayout Vram(ulong first, ulong pages) => Region("vram", MemoryKind.Vram, first, pages) with { Device = "gpu" };

    private static AllocationRequest Request(ulong pages) =>
        new(new("buffer", 0), pages * 4096, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu");

    private static (Errno Errno, string? Importer, string? Field)? FaultOf(Refusal refusal) =>
        (refusal.Errno, refusal.Importer, refusal.Field);
}
