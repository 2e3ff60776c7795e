using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Scatterlists;

public sealed class SegmentCheckTests
{
    [Fact]
    public void CrossesBoundary_is_true_when_the_ends_lie_in_different_windows() =>
        Gen.Select(Gen.ULong, Any.UInt.Where(length => length != 0), Gen.Int[0, 63]).Sample((address, length, bits) =>
        {
            var end = unchecked(address + length - 1);
            return SegmentCheck.CrossesBoundary(address, length, (1UL << bits) - 1) == (address >> bits != end >> bits);
        });

    [Fact]
    public void CrossesBoundary_is_never_true_without_a_boundary() =>
        Gen.Select(Gen.ULong, Any.UInt.Where(length => length != 0)).Sample((address, length) =>
            !SegmentCheck.CrossesBoundary(address, length, ulong.MaxValue));

    [Theory]
    [InlineData(0x1000UL, 0x1000u, 0xfffUL, false)]
    [InlineData(0x1000UL, 0x1001u, 0xfffUL, true)]
    [InlineData(0x1fffUL, 1u, 0xfffUL, false)]
    [InlineData(0x1fffUL, 2u, 0xfffUL, true)]
    [InlineData(0x1000UL, 0x100u, 0xf0fUL, true)]
    [InlineData(ulong.MaxValue, 2u, 0xffffffffUL, true)]
    [InlineData(0UL, 1u, 0UL, false)]
    [InlineData(0UL, 2u, 0UL, true)]
    public void CrossesBoundary_takes_any_mask_and_wraps(ulong address, uint length, ulong mask, bool crosses) =>
        Assert.Equal(crosses, SegmentCheck.CrossesBoundary(address, length, mask));

    [Theory]
    [InlineData(4096u, 4096u, false)]
    [InlineData(4097u, 4096u, true)]
    [InlineData(uint.MaxValue, uint.MaxValue, false)]
    public void IsLongerThanMax_compares_to_the_byte(uint length, uint max, bool longer) =>
        Assert.Equal(longer, SegmentCheck.IsLongerThanMax(length, max));

    [Theory]
    [InlineData(2u, 8192u, 0x1fffUL, null)]
    [InlineData(1u, 8191u, 0xfffUL, "MaxSegmentCount")]
    [InlineData(2u, 8191u, 0xfffUL, "MaxSegmentSize")]
    [InlineData(2u, 8192u, 0xfffUL, "SegmentBoundaryMask")]
    public void FirstViolation_names_count_then_size_then_boundary(uint count, uint size, ulong mask, string? field)
    {
        SgEntry[] entries = [new(2, 0, 8192), new(9, 0, 4096)];

        var violation = SegmentCheck.FirstViolation(entries, new DmaConstraints(size, count, mask), "gpu");

        Assert.Equal(field, violation?.Field);
        Assert.Equal(field is null ? null : Errno.EBUSY, violation?.Errno);
        Assert.Equal(field is null ? null : "gpu", violation?.Importer);
    }
}
