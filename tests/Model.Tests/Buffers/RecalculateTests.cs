using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Tests.Boards;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class RecalculateTests
{
    private static readonly DmaBuffer _frame = SmallBoard.With(4096).After(Attach("gpu"), Attach("wide")).FrameOf();
    private static readonly Dictionary<string, Device> _now = Definition.Devices.ToDictionary(device => device.Name);

    [Fact]
    public void Recalculate_reports_no_difference_when_nothing_changed()
    {
        var union = _frame.Recalculate(_now).Value;

        Assert.False(union.Differs);
        Assert.Null(union.ChangedImporter);
        Assert.Equal(_frame.Constraints, union.Running);
    }

    [Fact]
    public void Recalculate_reports_the_difference_when_an_importers_parameters_changed()
    {
        var union = _frame.Recalculate(With("wide", new(8192, 16, 0xffff))).Value;

        Assert.True(union.Differs);
        Assert.Equal("wide", union.ChangedImporter);
        Assert.Equal(new DmaConstraints(8192, 16, 0xffff), union.Recalculated);
        Assert.Equal(_frame.Constraints, union.Running);
    }

    [Fact]
    public void Recalculate_names_an_importer_whose_change_makes_no_difference()
    {
        var union = _frame.Recalculate(With("gpu", new(uint.MaxValue, 1 << 20, 0))).Value;

        Assert.False(union.Differs);
        Assert.Equal("gpu", union.ChangedImporter);
    }

    [Fact]
    public void Recalculate_of_nobody_is_unconstrained() =>
        Assert.Equal(
            new RecalculatedUnion(DmaConstraints.Unconstrained, DmaConstraints.Unconstrained, null),
            SmallBoard.With(1).FrameOf().Recalculate(_now).Value);

    private static Dictionary<string, Device> With(string device, DeviceDmaParameters parameters) =>
        new(_now) { [device] = _now[device] with { Parameters = parameters } };
}
