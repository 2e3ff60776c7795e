using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Tests.Devices;

public sealed class ExporterOrderTests
{
    private static readonly Device _display = new("display", null) { RequiresContiguous = true, BusDmaLimit = 0x3fffffff };

    private static readonly Device _camera = new("camera", null) { RequiresContiguous = true };

    private static readonly Device _disk = new("disk", new(65536, 168, uint.MaxValue));

    private static readonly Device _ide = new("ide", new(65536, 0, 0xffff));

    private static readonly Device _gpu = new("gpu", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue };

    [Fact]
    public void MostRestrictiveFirst_puts_one_run_before_few_segments_before_any() =>
        Assert.Equal(
            ["display", "camera", "disk", "ide", "gpu"],
            ExporterOrder.MostRestrictiveFirst([_gpu, _ide, _camera, _disk, _display], ParameterDefaults.V61).Select(device => device.Name));

    [Fact]
    public void MostRestrictiveFirst_puts_devices_that_never_export_last() =>
        Assert.Equal(
            ["camera", "gpu", "display", "disk"],
            ExporterOrder.MostRestrictiveFirst([_display with { NeverExports = true }, _disk with { NeverExports = true }, _gpu, _camera], ParameterDefaults.V61)
                .Select(device => device.Name));

    [Fact]
    public void ClassOf_tells_one_run_any_segments_and_the_odd_ones_apart()
    {
        Assert.Equal(ImporterClass.Contiguous, ExporterOrder.ClassOf(_display, ParameterDefaults.V61));
        Assert.Equal(ImporterClass.ScatterGather, ExporterOrder.ClassOf(_gpu, ParameterDefaults.V61));
        Assert.Equal(ImporterClass.Weird, ExporterOrder.ClassOf(_disk, ParameterDefaults.V61));
        Assert.Equal(ImporterClass.Weird, ExporterOrder.ClassOf(_ide, ParameterDefaults.V61));
        Assert.Equal(ImporterClass.ScatterGather, ExporterOrder.ClassOf(new("pci", new(65536, 0, uint.MaxValue)), ParameterDefaults.V61));
    }
}
