using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Model.Tests.Devices;

public sealed class UnstatedLimitTests
{
    private const string Frame = "frame";
    private const ulong Size = 131072;

    [Theory]
    [InlineData(0u, false, ParameterDefaults.V61, true)]
    [InlineData(65536u, false, ParameterDefaults.V61, false)]
    [InlineData(0u, true, ParameterDefaults.V61, false)]
    [InlineData(0u, false, ParameterDefaults.Direct, false)]
    public void The_64_KiB_are_assumed_where_the_driver_states_none(uint size, bool contiguous, ParameterDefaults getters, bool assumed)
    {
        var device = new Device("d", new(size, 0, 0)) { RequiresContiguous = contiguous };

        Assert.Equal(assumed, device.Unstated(getters).HasFlag(UnstatedLimits.MaxSegmentSize));
    }

    [Theory]
    [InlineData(0UL, 0UL, true)]
    [InlineData(0xffff_ffffUL, 0UL, false)]
    [InlineData(0UL, 0x3fff_ffffUL, false)]
    public void The_mask_of_32_bits_is_assumed_where_neither_driver_nor_bus_states_one(ulong mask, ulong bus, bool assumed) => Assert.Equal(
        assumed,
        (new Device("d", null) { DmaMask = mask, BusDmaLimit = bus }).Unstated(ParameterDefaults.V61).HasFlag(UnstatedLimits.DmaMask));

    [Fact]
    public void The_boundary_of_2015_is_assumed_where_the_device_has_no_parameters_at_all()
    {
        Assert.True(new Device("d", null).Unstated(ParameterDefaults.RfcV3).HasFlag(UnstatedLimits.SegmentBoundaryMask));
        Assert.False(new Device("d", new(0, 0, 0)).Unstated(ParameterDefaults.RfcV3).HasFlag(UnstatedLimits.SegmentBoundaryMask));
        Assert.False(new Device("d", null).Unstated(ParameterDefaults.V61).HasFlag(UnstatedLimits.SegmentBoundaryMask));
    }

    [Theory]
    [InlineData(0u, false, ParameterDefaults.V61, true)]
    [InlineData(0u, false, ParameterDefaults.RfcV3, true)]
    [InlineData(2147483647u, false, ParameterDefaults.V61, false)]
    [InlineData(0u, true, ParameterDefaults.V61, false)]
    [InlineData(0u, false, ParameterDefaults.Direct, false)]
    public void The_2147483647_segments_are_assumed_where_the_driver_states_no_count(uint count, bool contiguous, ParameterDefaults getters, bool assumed) => Assert.Equal(
        assumed,
        (new Device("d", new(4096, count, 0)) { RequiresContiguous = contiguous }).Unstated(getters).HasFlag(UnstatedLimits.MaxSegmentCount));

    [Theory]
    [InlineData(0x7fff_ffffUL, 0u, null)]
    [InlineData(0x8000_0000UL, 0u, UnstatedLimits.MaxSegmentCount)]
    [InlineData(0x8000_0000UL, 0x7fff_ffffu, UnstatedLimits.None)]
    [InlineData(0x1_0000_0000UL, 0u, UnstatedLimits.None)]
    public void A_buffer_of_more_segments_than_the_kernel_assumes_is_refused_in_those_words(ulong pages, uint count, UnstatedLimits? named)
    {
        var attach = new DmaCommand.Attach("few", "few");
        var refusal = DmaBuffer.Export(new(Frame, pages << Page.Shift)).Value
            .Apply(attach, new Device("few", new(4096, count, 0)), null).Reply.Refusal;

        Assert.Equal(named, refusal?.Unstated);
        Assert.Equal(
            named == UnstatedLimits.MaxSegmentCount,
            refusal?.Reason.Contains("No driver stated that limit of few: the kernel assumes 2147483647 segments.", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public void A_late_importer_is_refused_for_a_limit_that_nobody_stated_in_those_words()
    {
        var board = Board("refuse").Execute(Frame, new DmaCommand.Attach("stated", "stated")).Next
            .Execute(Frame, new DmaCommand.Map("stated", "stated", DmaDirection.ToDevice)).Next;

        var assumed = board.Execute(Frame, new DmaCommand.Attach("unset", "unset")).Reply.Refusal!;
        var known = board.Execute(Frame, new DmaCommand.Attach("short", "short")).Reply.Refusal!;

        Assert.Equal((Errno.EBUSY, UnstatedLimits.MaxSegmentSize), (assumed.Errno, assumed.Unstated));
        Assert.Contains("No driver stated that limit of unset", assumed.Reason, StringComparison.Ordinal);
        Assert.Contains("dma_set_max_seg_size()", assumed.Reason, StringComparison.Ordinal);
        Assert.Equal((Errno.EBUSY, UnstatedLimits.None), (known.Errno, known.Unstated));
        Assert.DoesNotContain("No driver stated", known.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_union_that_is_too_small_names_whose_limit_nobody_stated()
    {
        // One segment, of the 64 KiB that nobody stated.
        var board = Board("refuse").Execute(Frame, new DmaCommand.Attach("unset", "unset")).Next;

        var refusal = board.Execute(Frame, new DmaCommand.Attach("one", "one")).Reply.Refusal!;
        var stated = board.Execute(Frame, new DmaCommand.Attach("short", "short")).Next
            .Execute(Frame, new DmaCommand.Attach("one", "one")).Reply.Refusal!;

        Assert.Equal((Errno.EINVAL, UnstatedLimits.MaxSegmentSize), (refusal.Errno, refusal.Unstated));
        Assert.Contains("No driver stated that limit of unset", refusal.Reason, StringComparison.Ordinal);
        Assert.Equal((Errno.EINVAL, UnstatedLimits.None), (stated.Errno, stated.Unstated));
    }

    [Theory]
    [InlineData("accept")]
    [InlineData("mainline")]
    [InlineData("shared-list")]
    public void Coming_too_late_is_on_record_for_stated_limits_and_a_wrong_list_for_all(string policy)
    {
        var board = Board(policy).Execute(Frame, new DmaCommand.Attach("stated", "stated")).Next
            .Execute(Frame, new DmaCommand.Map("stated", "stated", DmaDirection.ToDevice)).Next;
        var unset = board.Execute(Frame, new DmaCommand.Attach("unset", "unset")).Next;
        var mapped = unset.Execute(Frame, new DmaCommand.Map("unset", "unset", DmaDirection.ToDevice)).Next;

        Assert.Empty(unset.Buffer(Frame)!.Hazards);
        var broken = Assert.Single(mapped.Buffer(Frame)!.Hazards);
        Assert.Equal((HazardKind.ListBreaksLimit, UnstatedLimits.MaxSegmentSize), (broken.Kind, broken.Unstated));
        Assert.Equal(
            (HazardKind.AttachedTooLate, UnstatedLimits.None),
            board.Execute(Frame, new DmaCommand.Attach("short", "short")).Next.Buffer(Frame)!.Hazards is [var late] ? (late.Kind, late.Unstated) : default);
    }

    [Theory]
    [InlineData("refuse")]
    [InlineData("mainline")]
    public void Memory_out_of_reach_of_a_mask_that_nobody_stated_is_refused_in_those_words(string policy)
    {
        var board = Board(policy, memory: new(0x1000000, 4096));
        (board, var attached) = board.Execute(Frame, new DmaCommand.Attach("maskless", "maskless"));
        var refusal = attached.Refusal ?? board.Execute(Frame, new DmaCommand.Map("m", "maskless", DmaDirection.ToDevice)).Reply.Refusal!;

        Assert.Equal((Errno.EIO, "DmaMask", UnstatedLimits.DmaMask), (refusal.Errno, refusal.Field, refusal.Unstated));
        Assert.Contains("dma_set_mask_and_coherent()", refusal.Reason, StringComparison.Ordinal);
    }

    private static Board Board(string policy, Model.Scatterlists.PageExtent? memory = null) => Model.Boards.Board.Create(new(
        "b",
        "b",
        [new("ram", MemoryKind.System, memory ?? new(0x10000, 4096))],
        [
            new("stated", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue },
            new("unset", null) { DmaMask = ulong.MaxValue },
            new("short", new(65536, 0, 0)) { DmaMask = ulong.MaxValue },
            new("one", new(uint.MaxValue, 1, 0)) { DmaMask = ulong.MaxValue },
            new("maskless", new(uint.MaxValue, 0, 0)),
        ])).Value.Export(new(Frame, Size) { Policy = NamedPolicies.Find(policy)! }).Next;
}
