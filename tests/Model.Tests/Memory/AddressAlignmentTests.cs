using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Memory;

/// <summary>Windows that must start at multiples (Microsemi/switchtec-kernel #26, #93), and how the kernel aligns ranges of contiguous areas.</summary>
public sealed class AddressAlignmentTests
{
    private static readonly Gen<ulong> _alignment = Gen.Int[0, 17].Select(bits => 1UL << bits);

    [Fact]
    public void Pages_are_chosen_so_that_each_segment_of_the_list_starts_where_it_must() =>
        Gen.Select(AnyMemory.Layouts, AnyMemory.Request, _alignment, Gen.OneOf(0, 0, 2)).Sample((layouts, request, alignment, order) =>
        {
            var memory = PhysicalMemory.Create([.. layouts.Select(layout => InPages(layout, order))]).Value;
            var asked = request with { Constraints = request.Constraints with { Limits = Of(alignment) } };

            var (next, reply) = memory.Allocate(asked);

            if (reply.TryGetValue(out var storage))
            {
                var list = Mapping.TableOver(storage, asked.SizeBytes, storage.AllocatedUnder.ToCut(order));
                Assert.Null(SegmentCheck.FirstViolation(list, asked.Constraints, "gpu"));
                next.AssertInvariants();
            }
        }, iter: 5000);

    [Fact]
    public void An_alignment_of_a_page_or_less_changes_nothing() =>
        Gen.Select(AnyMemory.Layouts, AnyMemory.Request, Gen.Int[0, 12].Select(bits => 1UL << bits)).Sample((layouts, request, alignment) =>
        {
            var memory = PhysicalMemory.Create(layouts).Value;

            var plain = memory.Allocate(request).Reply;
            var aligned = memory.Allocate(request with { Constraints = request.Constraints with { Limits = Of(alignment) } }).Reply;

            Assert.Equal(plain.Refusal?.Errno, aligned.Refusal?.Errno);
            Assert.Equal(plain.IsGranted ? plain.Value.Extents.AsEnumerable() : [], aligned.IsGranted ? aligned.Value.Extents : []);
        });

    [Fact]
    public void One_range_is_found_exactly_where_some_multiple_has_room() =>
        Gen.Select(Gen.ULong[1000, 1100], Gen.ULong[1, 60], Gen.ULong[1, 40], Gen.Int[12, 17]).Sample((first, pages, need, bits) =>
        {
            var memory = PhysicalMemory.Create([new("cma", MemoryKind.Contiguous, new(first, pages)) { AreaAlignmentBytes = Page.SizeBytes }]).Value;
            var hasRoom = Enumerable.Range(0, (int)pages).Select(page => first + (ulong)page)
                .Any(page => (page << 12) % (1UL << bits) == 0 && page + need <= first + pages);

            var reply = memory.Allocate(new(
                new("frame", 0), need << 12, new(uint.MaxValue, 1, ulong.MaxValue) { Limits = Of(1UL << bits) }, ulong.MaxValue, "gpu")).Reply;

            Assert.Equal(hasRoom ? null : Errno.ENOMEM, reply.Refusal?.Errno);
        });

    [Theory]
    [InlineData(1UL << 20, 8UL << 20, 0x41000000UL, 0x41800000UL)]
    [InlineData(32UL << 20, 8UL << 20, 0x41000000UL, 0x42000000UL)]
    [InlineData(0UL, 8UL << 20, 0x41000000UL, 0x41800000UL)]
    [InlineData(1UL << 20, 0x5000UL, 0x41000000UL, 0x41100000UL)]
    public void Areas_align_ranges_to_their_length_up_to_what_the_kernel_is_built_for(ulong most, ulong first, ulong firstAt, ulong secondAt)
    {
        var memory = PhysicalMemory.Create(
            [new("cma", MemoryKind.Contiguous, new(0x41000, 0x40000)) { AreaAlignmentBytes = most }]).Value;

        var (next, small) = memory.Allocate(Request("small", first));
        var large = next.Allocate(Request("large", 32UL << 20)).Reply;

        Assert.Equal((firstAt, secondAt), (small.Value.Extents[0].Address.Value, large.Value.Extents[0].Address.Value));
    }

    [Fact]
    public void A_device_is_handed_no_list_that_starts_elsewhere_unless_it_is_on_record() => Gen.Select(
        Gen.Int[0, NamedPolicies.All.Length - 1], Gen.ULong[1, 300_000], Gen.UInt[0, 40].Select(count => count), Gen.Int[12, 18], Gen.Bool)
        .Sample((policy, size, count, bits, isLate) =>
        {
            var board = Board.Create(new(
                "board",
                "A board",
                [new("ram", MemoryKind.System, new(3, 1200), 16, 1), new("cma", MemoryKind.Contiguous, new(2001, 300))],
                [new("any", new(uint.MaxValue, 0, 0)), new("ntb", new(uint.MaxValue, count, 0)) { Limits = Of(1UL << bits) }])).Value;
            board = board.Export(new("frame", size) { Policy = NamedPolicies.All[policy].Policy }).Next;
            if (isLate)
            {
                board = board.Execute("frame", new DmaCommand.Attach("first", "any")).Next;
                board = board.Execute("frame", new DmaCommand.Map("before", "first", DmaDirection.ToDevice)).Next;
            }

            board = board.Execute("frame", new DmaCommand.Attach("a", "ntb")).Next;
            (board, var reply) = board.Execute("frame", new DmaCommand.Map("m", "a", DmaDirection.ToDevice));

            board.AssertInvariants();
            if (reply.TryGetValue(out var value) && value.Mapping is { } mapping
                && mapping.ToSegments().Any(segment => segment.Address.Value % (1UL << bits) != 0))
            {
                Assert.Contains(board.Buffer("frame")!.Hazards, hazard => hazard is { Kind: HazardKind.ListBreaksLimit, Importer: "ntb" });
            }
        });

    [Fact]
    public void Attach_refuses_with_EBUSY_a_newcomer_whose_alignment_the_list_does_not_have()
    {
        var board = Board.Create(new(
            "board", "A board", [new("cma", MemoryKind.Contiguous, new(1, 4096)) { AreaAlignmentBytes = 4096 }],
            [new("any", new(uint.MaxValue, 1, 0)), new("ntb", new(uint.MaxValue, 1, 0)) { Limits = Of(65536) }])).Value.Export(new("frame", 8192)).Next;
        board = board.Execute("frame", new DmaCommand.Attach("first", "any")).Next;
        board = board.Execute("frame", new DmaCommand.Map("m", "first", DmaDirection.ToDevice)).Next;

        var refusal = board.Execute("frame", new DmaCommand.Attach("a", "ntb")).Reply.Refusal!;

        Assert.Equal(
            (Errno.EBUSY, "ntb", nameof(ListLimit.AddressAlignment), 4096UL, 65536UL),
            (refusal.Errno, refusal.Importer, refusal.Field, refusal.Needed, refusal.Limit));
    }

    private static ListLimits Of(ulong alignment) => default(ListLimits).With(ListLimit.AddressAlignment, alignment);

    private static AllocationRequest Request(string name, ulong size) =>
        new(new(name, 0), size, new(uint.MaxValue, 1, ulong.MaxValue), ulong.MaxValue, "gpu");

    private static MemoryRegionLayout InPages(MemoryRegionLayout layout, int order) => layout with
    {
        Range = new(layout.Range.FirstPfn << order, layout.Range.PageCount << order),
        ReservedEveryPages = layout.ReservedEveryPages << order,
        ReservedPages = layout.ReservedPages << order,
        PageOrder = order,
        PageBlockBytes = Page.SizeOf(order),
    };
}
