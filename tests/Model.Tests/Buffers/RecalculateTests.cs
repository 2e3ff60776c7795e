using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Tests.Boards;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class RecalculateTests
{
    private static readonly DmaBuffer _frame = With(4096).After(Attach("gpu"), Attach("wide")).FrameOf();

    [Fact]
    public void Recalculate_reports_no_difference_when_nothing_changed()
    {
        var union = _frame.Recalculate(Now).Value;

        Assert.False(union.Differs);
        Assert.Null(union.ChangedImporter);
        Assert.Equal(_frame.Constraints, union.Running);
    }

    [Fact]
    public void Recalculate_reports_the_difference_when_an_importers_parameters_changed()
    {
        var union = _frame.Recalculate(device => device == "wide" ? new(8192, 16, 0xffff) : Now(device)).Value;

        Assert.True(union.Differs);
        Assert.Equal("wide", union.ChangedImporter);
        Assert.Equal(new DmaConstraints(8192, 16, 0xffff), union.Recalculated);
        Assert.Equal(_frame.Constraints, union.Running);
    }

    [Fact]
    public void Recalculate_names_an_importer_whose_change_makes_no_difference()
    {
        var union = _frame.Recalculate(device => device == "gpu" ? DmaConstraints.Unconstrained : Now(device)).Value;

        Assert.False(union.Differs);
        Assert.Equal("gpu", union.ChangedImporter);
    }

    [Fact]
    public void Recalculate_of_nobody_is_unconstrained() =>
        Assert.Equal(
            new RecalculatedUnion(DmaConstraints.Unconstrained, DmaConstraints.Unconstrained, null),
            With(1).FrameOf().Recalculate(_ => null).Value);

    private static DmaConstraints? Now(string device) =>
        _frame.Attachments.Single(attachment => attachment.Device == device).Demand;
}
