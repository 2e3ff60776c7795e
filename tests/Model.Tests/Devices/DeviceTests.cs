using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Tests.Devices;

public sealed class DeviceTests
{
    [Fact]
    public void Demand_is_what_the_getters_read_when_the_device_takes_scattered_pages() =>
        Gen.Select(Any.Parameters, Any.Getters).Sample((parameters, getters) =>
            new Device("gpu", parameters).Demand(getters) == DeviceDmaParameters.Read(parameters, getters));

    [Fact]
    public void Demand_is_one_segment_when_the_device_needs_a_contiguous_run() =>
        Gen.Select(Any.Parameters, Any.Getters).Sample((parameters, getters) =>
        {
            var read = DeviceDmaParameters.Read(parameters, getters);
            var demand = new Device("display", parameters) { RequiresContiguous = true }.Demand(getters);
            return demand.MaxSegmentCount == 1 && demand.SegmentBoundaryMask == read.SegmentBoundaryMask;
        });

    [Theory]
    [InlineData(0u, uint.MaxValue)]
    [InlineData(1u, 1u)]
    [InlineData(65536u, 65536u)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    public void Demand_of_a_contiguous_device_limits_the_size_only_when_it_is_set(uint set, uint expected)
    {
        var device = new Device("display", new(set, 0, 0)) { RequiresContiguous = true };

        Assert.All(
            Enum.GetValues<ParameterDefaults>(),
            getters => Assert.Equal(expected, device.Demand(getters).MaxSegmentSize));
    }

    [Fact]
    public void Demand_of_a_contiguous_device_without_parameters_limits_no_size() =>
        Assert.Equal(
            new DmaConstraints(uint.MaxValue, 1, ulong.MaxValue),
            new Device("display", null) { RequiresContiguous = true }.Demand(ParameterDefaults.V61));

    [Theory]
    [InlineData(0UL, 0UL, uint.MaxValue)]
    [InlineData(0xffffffUL, 0UL, 0xffffffUL)]
    [InlineData(0UL, 0x3fffffffUL, 0x3fffffffUL)]
    [InlineData(0UL, ulong.MaxValue, uint.MaxValue)]
    [InlineData(0xffffffffffUL, 0x3fffffffUL, 0x3fffffffUL)]
    [InlineData(0x3fffffffUL, 0xffffffffffUL, 0x3fffffffUL)]
    [InlineData(0xe0000000UL - 1, 0UL, 0xe0000000UL - 1)]
    [InlineData(ulong.MaxValue, 0UL, ulong.MaxValue)]
    public void HighestAddress_is_the_smaller_of_mask_and_bus_limit(ulong mask, ulong bus, ulong highest) =>
        Assert.Equal(highest, new Device("gpu", null) { DmaMask = mask, BusDmaLimit = bus }.HighestAddress);

    [Fact]
    public void Check_accepts_any_device_with_a_name_and_whole_masks() =>
        Gen.Select(Any.Constraints, Any.WholeMask).Sample((any, mask) =>
            new Device("gpu", new(any.MaxSegmentSize, any.MaxSegmentCount, mask)).Check() is null);

    [Fact]
    public void Check_refuses_with_EINVAL_when_the_name_is_none() =>
        Assert.Equal((Errno.EINVAL, null, "Device"), Fault(new Device("a/b", new(0, 0, 0xf0))));

    [Theory]
    [InlineData(0xf0UL)]
    [InlineData(0xfffffffffffffffeUL)]
    public void Check_refuses_with_EINVAL_when_the_mask_has_holes(ulong mask)
    {
        var device = new Device("gpu", new(0, 2, mask)) { RequiresContiguous = true };

        Assert.Equal((Errno.EINVAL, "gpu", "SegmentBoundaryMask"), Fault(device));
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(uint.MaxValue)]
    public void Check_refuses_with_EINVAL_when_a_contiguous_device_states_more_than_one_segment(uint count) =>
        Assert.Equal(
            (Errno.EINVAL, "display", "MaxSegmentCount"),
            Fault(new Device("display", new(0, count, 0)) { RequiresContiguous = true }));

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    public void Check_accepts_a_contiguous_device_that_states_none_or_one_segment(uint count) =>
        Assert.Null(new Device("display", new(0, count, 0)) { RequiresContiguous = true }.Check());

    private static (Errno Errno, string? Importer, string? Field) Fault(Device device)
    {
        var refusal = device.Check()!;
        return (refusal.Errno, refusal.Importer, refusal.Field);
    }
}
