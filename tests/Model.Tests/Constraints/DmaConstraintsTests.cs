using CsCheck;
using DmaGrains.Model.Constraints;

namespace DmaGrains.Model.Tests.Constraints;

public sealed class DmaConstraintsTests
{
    [Fact]
    public void Narrow_is_commutative_associative_and_idempotent() =>
        Gen.Select(Any.Constraints, Any.Constraints, Any.Constraints).Sample((a, b, c) =>
            DmaConstraints.Intersect(a, b) == DmaConstraints.Intersect(b, a)
            && DmaConstraints.Intersect(DmaConstraints.Intersect(a, b), c)
                == DmaConstraints.Intersect(a, DmaConstraints.Intersect(b, c))
            && DmaConstraints.Intersect(a, a) == a);

    [Fact]
    public void Unconstrained_is_the_identity_of_Narrow() =>
        Any.Constraints.Sample(a =>
            DmaConstraints.Intersect(a, DmaConstraints.Unconstrained) == a
            && DmaConstraints.Intersect(DmaConstraints.Unconstrained, a) == a);

    [Fact]
    public void Narrow_is_at_most_each_argument() =>
        Gen.Select(Any.Constraints, Any.Constraints).Sample((a, b) =>
            IsAtMost(DmaConstraints.Intersect(a, b), a) && IsAtMost(DmaConstraints.Intersect(a, b), b));

    [Fact]
    public void IsWithin_says_that_each_limit_is_at_most_the_other_one() =>
        Gen.Select(Any.Constraints, Any.Constraints).Sample((a, b) =>
            a.IsWithin(b) == IsAtMost(a, b) && DmaConstraints.Intersect(a, b).IsWithin(b) && a.IsWithin(a));

    [Fact]
    public void Narrow_is_monotone() =>
        Gen.Select(Any.Constraints, Any.Constraints, Any.Constraints).Sample((loose, other, more) =>
            IsAtMost(DmaConstraints.Intersect(Below(loose, more), other), DmaConstraints.Intersect(loose, other)));

    [Fact]
    public void FirstZeroField_names_the_first_zero_and_IsSatisfiable_agrees() =>
        Any.Constraints.Sample(a =>
        {
            string?[] expected =
            [
                a.MaxSegmentSize == 0 ? "MaxSegmentSize" : null,
                a.MaxSegmentCount == 0 ? "MaxSegmentCount" : null,
                a.SegmentBoundaryMask == 0 ? "SegmentBoundaryMask" : null,
            ];
            return a.FirstZeroField == expected.FirstOrDefault(field => field is not null)
                && a.IsSatisfiable == (a.FirstZeroField is null);
        });

    [Fact]
    public void IsWholeMask_is_true_for_2_to_the_k_minus_1_only() =>
        Gen.OneOf(Any.WholeMask, Gen.ULong).Sample(mask =>
            DmaConstraints.IsWholeMask(mask) == (ulong.TrailingZeroCount(~mask) == 64 - ulong.LeadingZeroCount(mask)));

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(4095u, 0u)]
    [InlineData(4096u, 4096u)]
    [InlineData(4097u, 4096u)]
    [InlineData(uint.MaxValue, 0xfffff000u)]
    public void MaxSegmentSizeInPages_is_floored(uint size, uint floored) =>
        Assert.Equal(floored, new DmaConstraints(size, 1, 1).MaxSegmentSizeInPages());

    [Fact]
    public void BoundaryWindowBytes_is_2_to_the_64_when_there_is_no_boundary() =>
        Assert.Equal(UInt128.One << 64, DmaConstraints.Unconstrained.BoundaryWindowBytes);

    private static DmaConstraints Below(DmaConstraints loose, DmaConstraints by) => new(
        (uint)(loose.MaxSegmentSize * (ulong)by.MaxSegmentSize / uint.MaxValue),
        (uint)(loose.MaxSegmentCount * (ulong)by.MaxSegmentCount / uint.MaxValue),
        loose.SegmentBoundaryMask & by.SegmentBoundaryMask);

    private static bool IsAtMost(DmaConstraints low, DmaConstraints high) =>
        low.MaxSegmentSize <= high.MaxSegmentSize
        && low.MaxSegmentCount <= high.MaxSegmentCount
        && (low.SegmentBoundaryMask & ~high.SegmentBoundaryMask) == 0;
}
