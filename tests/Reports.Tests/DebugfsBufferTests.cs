using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using static DmaGrains.Tests.Shared.SmallBoard;

namespace DmaGrains.Reports.Tests;

public sealed class DebugfsBufferTests
{
    /// <summary>As Debian's 6.1 printed it, with a GEM object that another driver has imported.</summary>
    private const string Captured =
        "\nDma-buf Objects:\n"
        + "size    \tflags   \tmode    \tcount   \texp_name\tino     \tname\n"
        + "01228800\t00000002\t00080007\t00000006\tvirtio_gpu\t00000003\t<none>\n"
        + "\tAttached Devices:\n"
        + "\tvgem\n"
        + "Total 1 devices attached\n\n"
        + "08294400\t00000002\t00080007\t00000003\tdrm\t00000002\t<none>\n"
        + "\tAttached Devices:\n"
        + "Total 0 devices attached\n\n"
        + "00016384\t00000002\t00080007\t00000003\tdrm\t00000001\t<none>\n"
        + "\tAttached Devices:\n"
        + "Total 0 devices attached\n\n"
        + "\nTotal 3 objects, 9539584 bytes\n";

    [Fact]
    public void Listing_is_what_a_kernel_printed() => Assert.Equal(
        Captured,
        DebugfsListing.Of(
            new(1228800, 2, 0x80007, 6, "virtio_gpu", 3, null, null, ["vgem"]),
            new(8294400, 2, 0x80007, 3, "drm", 2, null, null, []),
            new(16384, 2, 0x80007, 3, "drm", 1, null, null, [])));

    [Fact]
    public void Constraints_come_between_the_buffer_and_its_devices_in_the_threads_words()
    {
        var buffer = BufferAfter(100_000, Attach("gpu"), Attach("display"));

        Assert.Equal(
            "00100000\t00000002\t00080007\t00000003\tgpu\t00000001\tframe\n"
            + "\tConstraints: Seg Count: 00000001, Seg Size: 4294967295 seg boundary mask: ffffffffffffffff\n"
            + "\tAttached Devices:\n"
            + "\tdisplay\n"
            + "\tgpu\n"
            + "Total 2 devices attached\n\n",
            DebugfsBuffer.Of(buffer).ToText());
    }

    [Fact]
    public void Numbers_have_eight_digits_at_least_and_as_many_as_they_need() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.ULong).Sample((size, count, mask) =>
        {
            var union = new DmaConstraints(size, count, mask);
            var line = (DebugfsBuffer.Of(BufferAfter(4096)) with { Constraints = union }).ToText().Split('\n')[1];
            return line == $"\tConstraints: Seg Count: {Padded($"{count}")}, Seg Size: {Padded($"{size}")} seg boundary mask: {Padded($"{mask:x}")}";
        });

    [Fact]
    public void Count_is_a_reference_for_the_exporter_and_for_each_importer()
    {
        Assert.Equal(1, DebugfsBuffer.Of(BufferAfter(4096)).Count);
        Assert.Equal(2, DebugfsBuffer.Of(BufferAfter(4096, Attach("gpu"))).Count);
        Assert.Equal(1, DebugfsBuffer.Of(BufferAfter(4096, Attach("gpu"), new DmaCommand.Release())).Count);
    }

    [Fact]
    public void Exporter_without_a_device_is_the_heap_of_the_memory_that_it_names()
    {
        Assert.Equal("gpu", DebugfsBuffer.Of(BufferAfter(4096)).ExporterName);
        Assert.Equal("system", DebugfsBuffer.Of(BufferAfter(new BufferExport(Frame, 4096))).ExporterName);
        Assert.Equal("cma", DebugfsBuffer.Of(BufferAfter(new BufferExport(Frame, 4096) { Memory = new("cma") })).ExporterName);
    }

    private static string Padded(string digits) => digits.Length >= 8 ? digits : new string('0', 8 - digits.Length) + digits;
}
