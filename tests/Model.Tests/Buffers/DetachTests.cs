using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class DetachTests
{
    [Fact]
    public void Detach_after_attach_restores_the_constraints() =>
        Gen.Select(Any.Constraints.Array[0, 5], Any.Constraints).Sample((demands, last) =>
        {
            var buffer = demands.Select((demand, index) => (demand, index))
                .Aggregate(Fresh(), (buffer, next) => AttachTo(buffer, $"a{next.index}", next.demand).Next);

            var attached = AttachTo(buffer, "last", last);

            return !attached.Reply.IsGranted
                || attached.Next.Apply(Detach("last"), null, null).Next.Constraints == buffer.Constraints;
        });

    [Fact]
    public void Detach_of_any_importer_leaves_the_union_of_the_others() =>
        Gen.Select(Any.Constraints.Array[1, 5], Gen.Int[0, 4]).Sample((demands, chosen) =>
        {
            var buffer = demands.Select((demand, index) => (demand, index))
                .Aggregate(Fresh(), (buffer, next) => AttachTo(buffer, $"a{next.index}", next.demand).Next);
            var step = buffer.Apply(Detach($"a{chosen}"), null, null);

            return step.Next.Constraints == step.Next.Attachments
                .Aggregate(DmaConstraints.Unconstrained, (union, left) => DmaConstraints.Intersect(union, left.Demand));
        });

    [Fact]
    public void Detach_of_the_last_importer_leaves_no_constraints_and_keeps_the_storage()
    {
        var board = With(4096).After(Attach("display"), Map("display"), Unmap("display"), Detach("display"));

        Assert.Equal(DmaConstraints.Unconstrained, board.FrameOf().Constraints);
        Assert.NotNull(board.FrameOf().Storage);
    }

    [Fact]
    public void Detach_refuses_with_EBUSY_until_the_last_mapping_is_gone()
    {
        var board = With(4096).After(
            Attach("gpu"), Map("gpu"), new DmaCommand.Map("second", "gpu", DmaDirection.ToDevice), Unmap("gpu"));

        var refusal = board.RefusalOf(Detach("gpu"));

        Assert.Equal((Errno.EBUSY, "gpu", "Attachment"), (refusal.Errno, refusal.Importer, refusal.Field));
        Assert.Equal((0UL, 1UL), (refusal.Needed, refusal.Limit));
        Assert.Empty(board.After(new DmaCommand.Unmap("second"), Detach("gpu")).FrameOf().Attachments);
    }

    [Fact]
    public void Detach_does_not_mind_the_mappings_of_others()
    {
        var board = With(4096).After(Attach("gpu"), Attach("display"), Map("gpu"), Detach("display"));

        Assert.Equal("gpu", Assert.Single(board.FrameOf().Attachments).Name);
    }

    private static DmaBuffer Fresh() => DmaBuffer.Export(new(Frame, 5000, null, ParameterDefaults.Direct)).Value;

    private static Transition AttachTo(DmaBuffer buffer, string name, DmaConstraints demand) => buffer.Apply(
        new DmaCommand.Attach(name, name),
        new(name, new(demand.MaxSegmentSize, demand.MaxSegmentCount, demand.SegmentBoundaryMask)),
        null);
}
