using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Memory;

/// <summary>The wish for long segments steers where pages are taken from when nothing else decides (thread #10).</summary>
public sealed class WishTests
{
    private static readonly Gen<(PhysicalMemory Memory, AllocationRequest Request)> _asked =
        Gen.Select(AnyMemory.Layouts, AnyMemory.Request.Array[0, 8], AnyMemory.Request).Select((layouts, before, request) => (
            before.Aggregate(PhysicalMemory.Create(layouts).Value, (memory, earlier) => memory.Allocate(earlier).Next).Free(request.Token),
            request));

    [Fact]
    public void A_wish_for_what_every_segment_has_changes_nothing() =>
        Gen.Select(_asked, Gen.UInt[0, 4096]).Sample((asked, wish) =>
        {
            var without = asked.Memory.Allocate(asked.Request with { PreferredSegmentSize = 0 }).Reply;
            var with = asked.Memory.Allocate(asked.Request with { PreferredSegmentSize = wish }).Reply;

            Assert.Equal(without.Refusal, with.Refusal);
            Assert.Equal(ExtentsOf(without).AsEnumerable(), ExtentsOf(with));
        }, iter: 1000);

    [Fact]
    public void A_wish_that_is_met_anyway_changes_nothing() =>
        _asked.Sample((memory, request) =>
        {
            var without = memory.Allocate(request with { PreferredSegmentSize = 0 }).Reply;
            return !without.IsGranted || Shorter(without.Value, request) != 0
                || ExtentsOf(memory.Allocate(request).Reply).SequenceEqual(without.Value.Extents);
        }, iter: 2000);

    [Fact]
    public void A_wish_refuses_nothing_takes_no_other_memory_and_shortens_no_segment() =>
        _asked.Sample((memory, request) =>
        {
            var without = memory.Allocate(request with { PreferredSegmentSize = 0 });
            var with = memory.Allocate(request);

            Assert.Equal(without.Reply.Refusal, with.Reply.Refusal);
            if (!with.Reply.IsGranted)
            {
                return;
            }

            with.Next.AssertInvariants();
            Assert.Equal(without.Next.Describe().Select(use => use.FreeBytes), with.Next.Describe().Select(use => use.FreeBytes));
            Assert.True(Shorter(with.Reply.Value, request) <= Shorter(without.Reply.Value, request));
        }, iter: 2000);

    [Theory]
    [InlineData(0, 0x100)]
    [InlineData(4096, 0x100)]
    [InlineData(4097, 0x110)]
    [InlineData(16384, 0x110)]
    [InlineData(16385, 0x100)]
    public void Allocate_passes_over_holes_that_are_shorter_than_somebody_would_like(uint wish, ulong first)
    {
        // Six holes of one page from 0x100 up, and runs of four from 0x110 up.
        var storage = Fragmented(first: 0x100).Allocate(Asking(8 * 4096, wish)).Reply.Value;

        Assert.Equal(first, storage.Extents[0].FirstPfn);
    }

    [Fact]
    public void Allocate_meets_a_wish_as_far_as_it_can()
    {
        // Three runs of four pages and six holes of one.
        var storage = Fragmented(first: 0x100).Allocate(Asking(16 * 4096, 16384)).Reply.Value;

        Assert.Equal(3, storage.Extents.Count(extent => extent.PageCount == 4));
        Assert.Equal(16UL, storage.PageCount);
    }

    [Fact]
    public void Allocate_takes_no_lower_zone_for_a_wish()
    {
        var memory = PhysicalMemory.Create(
        [
            new("low", MemoryKind.System, new(0x100, 64)),
            new("high", MemoryKind.System, new(0x200, 64), 2, 1),
        ]).Value;

        Assert.Equal(["high"], memory.Allocate(Asking(15 * 4096, 32768)).Reply.Value.Regions);
    }

    [Fact]
    public void Allocate_puts_one_range_where_its_segments_are_as_long_as_somebody_would_like()
    {
        // Free from one page before a 64 KiB boundary.
        var memory = PhysicalMemory.Create([new("cma", MemoryKind.Carveout, new(0x10f, 64))]).Value;
        var asked = new AllocationRequest(
            new("frame", 0), 2 * 65536, new(uint.MaxValue, 3, 0xffff), ulong.MaxValue, "gpu")
        { Regions = new("cma") };

        Assert.Equal(0x10fUL, memory.Allocate(asked).Reply.Value.Extents[0].FirstPfn);
        Assert.Equal(0x110UL, memory.Allocate(asked with { PreferredSegmentSize = 65536 }).Reply.Value.Extents[0].FirstPfn);
    }

    [Fact]
    public void The_longest_wish_of_those_attached_counts_and_only_where_the_exporter_looks() =>
        Gen.Select(Gen.UInt[0, 3].Array[1, 5], Gen.OneOf(NamedPolicies.All.Select(named => named.Policy).ToArray())).Sample((wishes, policy) =>
        {
            var devices = wishes.Select((wish, index) => new Model.Devices.Device($"d{index}", new(uint.MaxValue, uint.MaxValue, ulong.MaxValue))
            {
                DmaMask = ulong.MaxValue,
                PreferredSegmentSize = wish * 65536,
            });
            var board = Model.Boards.Board.Create(Definition with { Devices = [.. devices] }).Value
                .Export(new(Frame, 300_000) { Policy = policy with { Allocation = AllocationTime.AtFirstMap } }).Next;
            var frame = wishes.Select((_, index) => Attach($"d{index}"))
                .Aggregate(board, (attached, attach) => attached.Execute(Frame, attach).Next).FrameOf();

            var request = frame.AllocationFor(Map("d0"))!;

            var looks = policy.Constraints is ConstraintModel.Rfc3 or ConstraintModel.Translated;
            Assert.Equal(looks ? wishes.Max() * 65536 : 0, request.PreferredSegmentSize);
        }, iter: 200);

    private static AllocationRequest Asking(ulong size, uint wish) =>
        new(new("frame", 0), size, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu") { PreferredSegmentSize = wish };

    /// <summary>Six holes of one page each, then three runs of four.</summary>
    private static PhysicalMemory Fragmented(ulong first)
    {
        var memory = PhysicalMemory.Create([new("ram", MemoryKind.System, new(first, 32))]).Value;
        for (var index = 0; index < 32; index++)
        {
            memory = memory.Allocate(new(new($"p{index}", 0), 4096, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu")).Next;
        }

        int[] free = [0, 2, 4, 6, 8, 10, 16, 17, 18, 19, 21, 22, 23, 24, 26, 27, 28, 29];
        return free.Aggregate(memory, (held, index) => held.Free(new($"p{index}", 0)));
    }

    private static ImmutableArray<PageExtent> ExtentsOf(DmaResult<BackingStorage> reply) => reply.IsGranted ? reply.Value.Extents : [];

    /// <summary>Runs of pages, cut at the limits where these let segments be as long as wished, that are shorter, but for the last.</summary>
    private static int Shorter(BackingStorage storage, AllocationRequest request)
    {
        var wish = request.PreferredSegmentSize;
        var limits = request.Constraints;
        var pages = (wish + 4095UL) / 4096 * 4096;
        var cut = limits.MaxSegmentSize / 4096 * 4096 >= pages && (limits.SegmentBoundaryMask >= ulong.MaxValue - 1 || limits.SegmentBoundaryMask + 1 >= pages)
            ? limits
            : DmaConstraints.Unconstrained;
        var table = Scatterlist.Build(storage.Extents.AsSpan(), 0, request.SizeBytes, cut.MaxSegmentSize, cut.SegmentBoundaryMask).Value;
        return table.ToImmutableArray().SkipLast(1).Count(entry => entry.LengthBytes < wish);
    }
}
