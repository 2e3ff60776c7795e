using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Tests.Devices;

public sealed class DeviceDmaParametersTests
{
    public static TheoryData<ParameterDefaults, DmaConstraints> AbsentParameters { get; } = new()
    {
        { ParameterDefaults.Direct, new(uint.MaxValue, uint.MaxValue, ulong.MaxValue) },
        { ParameterDefaults.RfcV3, new(65536, int.MaxValue, uint.MaxValue) },
        { ParameterDefaults.V61, new(65536, int.MaxValue, ulong.MaxValue) },
    };

    public static TheoryData<ParameterDefaults, DmaConstraints> ZeroParameters { get; } = new()
    {
        { ParameterDefaults.Direct, new(0, 0, 0) },
        { ParameterDefaults.RfcV3, new(0, int.MaxValue, 0) },
        { ParameterDefaults.V61, new(65536, int.MaxValue, ulong.MaxValue) },
    };

    [Fact]
    public void The_largest_values_have_names_and_are_not_the_same()
    {
        Assert.Equal((uint)int.MaxValue, DeviceDmaParameters.DefaultMaxSegmentCount);
        Assert.Equal(new(uint.MaxValue, uint.MaxValue, ulong.MaxValue), DmaConstraints.Unconstrained);
        Assert.Equal(
            DeviceDmaParameters.DefaultMaxSegmentCount,
            DmaConstraints.Intersect(DmaConstraints.Unconstrained, DeviceDmaParameters.Read(null, ParameterDefaults.V61)).MaxSegmentCount);
    }

    [Theory]
    [MemberData(nameof(AbsentParameters))]
    public void Read_gives_the_defaults_when_the_device_has_no_parameters(
        ParameterDefaults getters, DmaConstraints expected) =>
        Assert.Equal(expected, DeviceDmaParameters.Read(null, getters));

    [Theory]
    [MemberData(nameof(ZeroParameters))]
    public void Read_gives_each_kernels_answer_when_the_parameters_are_zero(
        ParameterDefaults getters, DmaConstraints expected) =>
        Assert.Equal(expected, DeviceDmaParameters.Read(default(DeviceDmaParameters), getters));

    [Fact]
    public void Read_gives_values_that_are_set_as_they_are() =>
        Gen.Select(Any.Constraints.Where(c => c.IsSatisfiable), Any.Getters).Sample((set, getters) =>
            DeviceDmaParameters.Read(
                new(set.MaxSegmentSize, set.MaxSegmentCount, set.SegmentBoundaryMask), getters) == set);

    [Fact]
    public void Read_decides_each_field_by_itself() =>
        Gen.Select(Any.Constraints, Any.Getters).Sample((set, getters) =>
        {
            var zeros = DeviceDmaParameters.Read(default(DeviceDmaParameters), getters);
            var (size, count, mask) = set;
            var read = DeviceDmaParameters.Read(new(size, count, mask), getters);
            return read.MaxSegmentSize == (size == 0 ? zeros.MaxSegmentSize : size)
                && read.MaxSegmentCount == (count == 0 ? zeros.MaxSegmentCount : count)
                && read.SegmentBoundaryMask == (mask == 0 ? zeros.SegmentBoundaryMask : mask);
        });

    [Fact]
    public void Limits_are_unstated_where_the_getters_fill_in_a_limit() => Gen.Select(Any.Constraints, Any.Getters, Gen.Bool).Sample((set, getters, isSet) =>
    {
        DeviceDmaParameters? parameters = isSet ? new(set.MaxSegmentSize, set.MaxSegmentCount, set.SegmentBoundaryMask) : null;
        var (read, stated) = (DeviceDmaParameters.Read(parameters, getters), parameters.GetValueOrDefault());
        var expected = (read.MaxSegmentSize != stated.MaxSegmentSize && read.MaxSegmentSize != uint.MaxValue ? UnstatedLimits.MaxSegmentSize : 0)
            | (read.MaxSegmentCount != stated.MaxSegmentCount && read.MaxSegmentCount != uint.MaxValue ? UnstatedLimits.MaxSegmentCount : 0)
            | (read.SegmentBoundaryMask != stated.SegmentBoundaryMask && read.SegmentBoundaryMask != ulong.MaxValue ? UnstatedLimits.SegmentBoundaryMask : 0);

        return DeviceDmaParameters.Unstated(parameters, getters) == expected;
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_throws_when_the_getters_are_unknown(bool hasParameters) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DeviceDmaParameters.Read(
            hasParameters ? default(DeviceDmaParameters) : null, (ParameterDefaults)3));
}
