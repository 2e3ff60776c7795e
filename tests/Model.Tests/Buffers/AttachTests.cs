using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class AttachTests
{
    private static readonly string[] _agreeing = ["gpu", "wide", "windowed", "display"];

    [Fact]
    public void Attach_order_does_not_matter_before_the_first_map() =>
        Gen.Shuffle(_agreeing, 1, 4).SelectMany(Gen.Shuffle, (one, other) => (one, other)).Sample((one, other) =>
        {
            var (first, second) = (MappedBy(one, one[0]), MappedBy(other, one[0]));

            Assert.Equal(first.FrameOf().Constraints, second.FrameOf().Constraints);
            Assert.Equal(first.FrameOf().Storage!.Extents.AsEnumerable(), second.FrameOf().Storage!.Extents);
            Assert.Equal(first.Memory.Describe().AsEnumerable(), second.Memory.Describe());
        });

    [Fact]
    public void Attach_gives_the_union_of_everyone_in_every_order()
    {
        var orders = from a in _agreeing
                     from b in _agreeing.Except([a])
                     from c in _agreeing.Except([a, b])
                     from d in _agreeing.Except([a, b, c])
                     select new[] { a, b, c, d };

        var unions = orders.Select(order => With(4096).After([.. order.Select(Attach)]).FrameOf().Constraints).ToList();

        Assert.Equal(24, unions.Count);
        Assert.All(unions, union => Assert.Equal(new DmaConstraints(65536, 1, 0x3fff), union));
    }

    [Fact]
    public void Attach_stores_the_demand_the_reach_and_the_order()
    {
        const BufferAccess everything = BufferAccess.Map | BufferAccess.Scatterlist | BufferAccess.Pfns;

        var frame = With(4096).After(Attach("low"), Attach("display")).FrameOf();

        Assert.Equal<Attachment>(
            [
                new Attachment("display", "display", new(uint.MaxValue, 1, ulong.MaxValue), uint.MaxValue, 1)
                {
                    Access = everything,
                    Traits = AttachmentTraits.Contiguous,
                    Unstated = UnstatedLimits.DmaMask,
                },
                new("low", "low", new(65536, int.MaxValue, ulong.MaxValue), 0xfffff, 0)
                {
                    Access = everything,
                    Unstated = UnstatedLimits.MaxSegmentSize | UnstatedLimits.MaxSegmentCount,
                },
            ],
            frame.Attachments);
    }

    [Fact]
    public void Attach_reads_parameters_with_the_getters_that_the_exporter_chose() =>
        Gen.Select(Any.Parameters, Any.Getters).Sample((parameters, getters) =>
        {
            var device = new Device("gpu", parameters);
            var step = DmaBuffer.Export(new(Frame, 1, null, getters)).Value.Apply(Attach("gpu"), device, null);
            var demand = DeviceDmaParameters.Read(parameters, getters);
            return step.Reply.TryGetValue(out var reply)
                ? reply.Constraints == demand
                : demand is { IsSatisfiable: false } or { MaxSegmentSize: < 4096 };
        });

    [Fact]
    public void Attach_accepts_exactly_what_is_representable() =>
        Gen.Select(Gen.ULong[1, 40_000], Gen.UInt[1, 20_000], Gen.UInt[1, 6], Any.WholeMask).Sample(
            (size, segment, count, mask) =>
        {
            var device = new Device("gpu", new(segment, count, mask));
            var step = DmaBuffer.Export(new(Frame, size)).Value.Apply(Attach("gpu"), device, null);
            return step.Reply.IsGranted == Representability.IsRepresentable(size, device.Demand(ParameterDefaults.V61));
        });

    [Fact]
    public void Attach_again_is_granted_without_change()
    {
        var frame = With(4096).After(Attach("gpu"), Attach("wide")).FrameOf();

        var step = frame.Apply(Attach("gpu"), null, null);

        Assert.Same(frame, step.Next);
        Assert.False(step.ChangesState);
        Assert.Equal(frame.Constraints, step.Reply.Value.Constraints);
    }

    [Fact]
    public void Attach_again_is_granted_when_the_buffer_is_released()
    {
        var board = With(4096).After(Attach("gpu"), Release());

        Assert.Same(board, board.After(Attach("gpu")));
    }

    [Fact]
    public void Attach_of_a_device_twice_under_two_names_makes_two_attachments()
    {
        var board = With(4096).After(Attach("gpu"), new DmaCommand.Attach("again", "gpu"));

        Assert.Equal(["again", "gpu"], board.FrameOf().Attachments.Select(attachment => attachment.Name));
    }

    [Theory]
    [InlineData("narrow", "MaxSegmentSize")]
    [InlineData("display", "MaxSegmentCount")]
    [InlineData("windowed", "SegmentBoundaryMask")]
    public void Attach_refuses_with_EBUSY_and_keeps_the_union_when_the_storage_is_too_loose(string device, string field)
    {
        var board = With(100_000).After(Attach("gpu"), Map("gpu"));
        var union = board.FrameOf().Constraints;

        var refusal = board.RefusalOf(Attach(device));

        Assert.Equal((Errno.EBUSY, device, field), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.Equal(union, board.FrameOf().Constraints);
    }

    [Theory]
    [InlineData(2u, 4u, 16, "MaxSegmentSize")]
    [InlineData(3u, 2u, 16, "MaxSegmentCount")]
    [InlineData(3u, 4u, 1, "SegmentBoundaryMask")]
    [InlineData(1u, 2u, 16, "MaxSegmentSize")]
    [InlineData(4u, 2u, 1, "MaxSegmentCount")]
    public void Attach_refuses_with_EINVAL_and_the_field_that_alone_would_help_or_the_first_it_narrows(
        uint segmentPages, uint count, ulong windowPages, string field)
    {
        // Ten pages under 5 segments of 4 pages in windows of 16; the newcomer asks for less.
        var frame = DmaBuffer.Export(new(Frame, 40_960)).Value
            .Apply(Attach("first"), new("first", new(4 * 4096, 5, Any.WindowOf(16))), null).Next;
        var late = new Device("late", new(segmentPages * 4096, count, Any.WindowOf(windowPages)));

        var refusal = frame.Apply(Attach("late"), late, null).Reply.Refusal!;

        Assert.Equal((Errno.EINVAL, "late", field), (refusal.Errno, refusal.Importer, refusal.Field));
    }

    [Fact]
    public void Attach_is_accepted_late_when_the_list_satisfies_the_newcomer()
    {
        var board = With(100_000).After(Attach("display"), Map("display"), Attach("gpu"), Map("gpu"));

        Assert.Equal(
            board.FrameOf().Mappings[0].ToTable().Entries, board.FrameOf().Mappings[1].ToTable().Entries);
    }

    [Fact]
    public void Attach_of_a_refused_device_is_accepted_after_the_last_detach_and_release()
    {
        var board = With(100_000).After(Attach("gpu"), Map("gpu"), Unmap("gpu"), Detach("gpu"), Release());

        var (again, _) = board.Export(new(Frame, 100_000) { Id = new("exporter", 2) });

        Assert.Single(again.After(Attach("display"), Map("display")).FrameOf().Storage!.Extents);
    }

    private static Board MappedBy(string[] devices, string mapper) =>
        With(8192).After([.. devices.Select(Attach), Map(mapper)]);
}
