using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Memory;

public sealed class KernelPagesTests
{
    private static readonly DmaConstraints _oneRange = new(uint.MaxValue, 1, ulong.MaxValue);

    /// <summary>Everything that counts bytes or pages, so many times as large.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Memory_of_larger_pages_gives_what_memory_of_4_KiB_gives_with_every_length_multiplied(int order) =>
        Gen.Select(AnyMemory.Layouts, AnyMemory.Request).Sample((layouts, request) =>
        {
            // Both have the edge of a block where the layouts lie around one.
            var up = (MemoryRegionLayout.SystemBlockPages(order) >> order) - MemoryRegionLayout.SystemBlockPages(0);
            var small = Moved(request, up);
            var large = Multiplied(small, order);
            var some = PhysicalMemory.Create([.. layouts.Select(layout => layout with { Range = new(layout.Range.FirstPfn + up, layout.Range.PageCount) })]).Value;
            var others = PhysicalMemory.Create([.. some.Layouts.Select(layout => Multiplied(layout, order))]).Value;

            var (one, other) = (some.Allocate(small), others.Allocate(large));

            Assert.Equal(one.Reply.Refusal?.Errno, other.Reply.Refusal?.Errno);
            Assert.Equal(one.Reply.Refusal?.Field, other.Reply.Refusal?.Field);
            if (one.Reply.TryGetValue(out var storage))
            {
                Assert.Equal(storage.Extents.Select(extent => Multiplied(extent, order)), other.Reply.Value.Extents.AsEnumerable());
                Assert.Equal(storage.SystemPageCount << order, other.Reply.Value.SystemPageCount);
                other.Next.AssertInvariants();
            }
        }, iter: 5000);

    [Fact]
    public void Lists_of_larger_pages_have_no_entry_but_the_last_that_is_no_whole_page() => Gen.Select(
        Gen.OneOf(0, 2, 4),
        Gen.ULong[1, 40 * 65536],
        Gen.UInt[1, 5 * 65536],
        Gen.Int[0, NamedPolicies.All.Length - 1]).Sample((order, size, segment, policy) =>
        {
            var reply = Play(order, size, new(segment, 0, 0), NamedPolicies.All[policy].Policy);

            if (reply?.Mapping is { } mapping)
            {
                var entries = mapping.ToTable().ToImmutableArray();
                Assert.All(entries, entry => Assert.Equal(0UL, entry.Address.Value % Page.SizeOf(order)));
                Assert.All(entries.SkipLast(1), entry => Assert.Equal(0UL, entry.LengthBytes % Page.SizeOf(order)));
            }
        });

    [Theory]
    [InlineData(16384u, 2, null)]
    [InlineData(16383u, 2, Errno.EINVAL)]
    [InlineData(65536u, 4, null)]
    [InlineData(65535u, 4, Errno.EINVAL)]
    [InlineData(4096u, 0, null)]
    public void Attach_refuses_with_EINVAL_segments_that_hold_no_page_of_the_kernel(uint segment, int order, Errno? expected)
    {
        var board = Board.Create(BoardOf(order, new(segment, 0, 0))).Value.Export(new("frame", 200_000)).Next;

        var refusal = board.Execute("frame", new DmaCommand.Attach("a", "gpu")).Reply.Refusal;

        Assert.Equal(expected, refusal?.Errno);
    }

    [Fact]
    public void Page_frame_numbers_of_a_buffer_cover_whole_pages_of_the_kernel() =>
        Assert.Equal(16UL, Play(4, 1, new(0, 0, 0), ExporterPolicy.Default)!.Mapping!.Storage.PageCount);

    [Theory]
    [InlineData(2, 0x2000000UL, null)]
    [InlineData(2, 0x1c00000UL, Errno.ENOMEM)]
    [InlineData(4, 0x20000000UL, null)]
    [InlineData(4, 0x2ae00000UL, Errno.ENOMEM)]
    [InlineData(0, 0x2ae00000UL, null)]
    public void Allocate_refuses_with_ENOMEM_an_area_that_the_kernel_does_not_create(int order, ulong start, Errno? expected)
    {
        var block = MemoryRegionLayout.PageBlockOf(order) is > 0 and var bytes ? bytes : 64UL << 20;
        var memory = PhysicalMemory.Create([new("cma", MemoryKind.Contiguous, new(start >> 12, block >> 12)) { PageOrder = order }]).Value;

        var refusal = memory.Allocate(new(new("frame", 0), 8_294_400, _oneRange, ulong.MaxValue, "gpu")).Reply.Refusal;

        Assert.Equal(expected, refusal?.Errno);
        Assert.Equal(expected is not null, refusal?.Reason.Contains("is not created", StringComparison.Ordinal) ?? false);
        memory.AssertInvariants();
    }

    [Theory]
    [InlineData(4UL << 20, null)]
    [InlineData(8UL << 20, Errno.ENOMEM)]
    public void Page_blocks_that_are_stated_count_instead(ulong block, Errno? expected)
    {
        var layout = new MemoryRegionLayout("cma", MemoryKind.Contiguous, new(0x1c00, 0x4000)) { PageOrder = 2, PageBlockBytes = block };
        var memory = PhysicalMemory.Create([layout]).Value;

        Assert.Equal(expected, memory.Allocate(new(new("frame", 0), 8_294_400, _oneRange, ulong.MaxValue, "gpu")).Reply.Refusal?.Errno);
    }

    [Theory]
    [InlineData(0, 1024UL)]
    [InlineData(2, 8192UL)]
    [InlineData(4, 131072UL)]
    public void One_range_of_system_memory_is_no_longer_than_a_block_of_the_page_allocator(int order, ulong pages)
    {
        var memory = PhysicalMemory.Create([new("ram", MemoryKind.System, new(0, 1 << 20)) { PageOrder = order }]).Value;

        Assert.True(memory.Allocate(new(new("frame", 0), pages << 12, _oneRange, ulong.MaxValue, "gpu")).Reply.IsGranted);
        Assert.Equal(
            Errno.ENOMEM, memory.Allocate(new(new("frame", 0), (pages << 12) + 1, _oneRange, ulong.MaxValue, "gpu")).Reply.Refusal?.Errno);
    }

    [Fact]
    public void Check_refuses_with_EINVAL_pages_that_do_not_exist_or_differ_or_are_cut()
    {
        var whole = new MemoryRegionLayout("ram", MemoryKind.System, new(0, 16)) { PageOrder = 4 };

        Assert.Null(whole.Check());
        Assert.Equal("PageSize", (whole with { PageOrder = 1 }).Check()!.Field);
        Assert.Equal("PageSize", PhysicalMemory.Check([whole, new("more", MemoryKind.System, new(16, 16))])!.Field);
        Assert.Equal("PageBlock", (whole with { PageBlockBytes = 12288 }).Check()!.Field);
        Assert.Equal("PageBlock", (whole with { PageBlockBytes = 4096 }).Check()!.Field);
        Assert.All(
            [whole with { Range = new(1, 16) }, whole with { Range = new(0, 17) }, whole with { ReservedEveryPages = 8 }, whole with { ReservedEveryPages = 16, ReservedPages = 1 }],
            cut => Assert.Equal((Errno.EINVAL, "Range"), (cut.Check()!.Errno, cut.Check()!.Field)));
    }

    private static BoardDefinition BoardOf(int order, DeviceDmaParameters parameters) => new(
        "board",
        "A board",
        [new("ram", MemoryKind.System, new(0, 1 << 14), 2UL << order, 1UL << order) { PageOrder = order }],
        [new("gpu", parameters)]);

    private static DmaReply? Play(int order, ulong size, DeviceDmaParameters parameters, ExporterPolicy policy)
    {
        var board = Board.Create(BoardOf(order, parameters)).Value.Export(new("frame", size) { Policy = policy }).Next;
        board = board.Execute("frame", new DmaCommand.Attach("a", "gpu")).Next;
        var (next, reply) = board.Execute("frame", new DmaCommand.Map("m", "a", DmaDirection.ToDevice));
        next.AssertInvariants();
        return reply.TryGetValue(out var value) ? value : null;
    }

    private static AllocationRequest Moved(AllocationRequest request, ulong pages) => request with
    {
        HighestAddress = Moved(request.HighestAddress, pages),
        Others = request.Others is { } others ? others with { HighestAddress = Moved(others.HighestAddress, pages) } : null,
        Windowed = new(request.Windowed.All.Select(windowed => windowed with
        {
            Reach = new(windowed.Reach.HighestAddress, new(windowed.Reach.Windows.All.Select(window => window with { CpuStart = window.CpuStart + (pages << 12) }))),
        })),
    };

    private static ulong Moved(ulong highest, ulong pages) => highest == ulong.MaxValue ? highest : highest + (pages << 12);

    private static AllocationRequest Multiplied(AllocationRequest request, int order) => request with
    {
        SizeBytes = request.SizeBytes << order,
        Constraints = new(
            (uint)Math.Min(uint.MaxValue, (ulong)request.Constraints.MaxSegmentSize << order),
            request.Constraints.MaxSegmentCount,
            Last(request.Constraints.SegmentBoundaryMask, order)),
        HighestAddress = Last(request.HighestAddress, order),
        Others = request.Others is { } others ? others with { HighestAddress = Last(others.HighestAddress, order) } : null,
        PreferredSegmentSize = (uint)Math.Min(uint.MaxValue, (ulong)request.PreferredSegmentSize << order),
        Windowed = new(request.Windowed.All.Select(windowed => windowed with
        {
            Reach = new(
                Last(windowed.Reach.HighestAddress, order),
                new(windowed.Reach.Windows.All.Select(window => new DmaWindow(
                    window.CpuStart << order, window.BusStart << order, window.SizeBytes << order)))),
        })),
    };

    private static MemoryRegionLayout Multiplied(MemoryRegionLayout layout, int order) => layout with
    {
        Range = Multiplied(layout.Range, order),
        ReservedEveryPages = layout.ReservedEveryPages << order,
        ReservedPages = layout.ReservedPages << order,
        PageOrder = order,
        PageBlockBytes = Page.SizeOf(order),
    };

    private static PageExtent Multiplied(PageExtent extent, int order) => new(extent.FirstPfn << order, extent.PageCount << order);

    /// <summary>The last of so many times as many bytes.</summary>
    private static ulong Last(ulong last, int order) => last > ulong.MaxValue >> order ? ulong.MaxValue : ((last + 1) << order) - 1;
}
