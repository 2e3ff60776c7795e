using System.Numerics;
using CsCheck;
using DmaGrains.Model.Constraints;

namespace DmaGrains.Model.Tests.Constraints;

public sealed class RepresentabilityTests
{
    public static TheoryData<RangeShape, SegmentLimit> ShapesAndLimits { get; } =
        new MatrixTheoryData<RangeShape, SegmentLimit>(Enum.GetValues<RangeShape>(), Enum.GetValues<SegmentLimit>());

    [Theory]
    [MemberData(nameof(ShapesAndLimits))]
    public void LeastSegmentCount_is_what_an_exhaustive_search_finds(RangeShape shape, SegmentLimit limit) =>
        Gen.Select(SmallSize, SmallSegment, Gen.Int[0, 16]).Sample(
            (size, segment, bits) =>
            {
                var constraints = new DmaConstraints(segment, 1, bits == 16 ? ulong.MaxValue : (1UL << bits) - 1);
                var expected = SegmentSearch.Fewest(size, constraints, shape, limit);
                return Representability.LeastSegmentCount(size, constraints, shape, limit) == (UInt128?)expected;
            },
            iter: 3000);

    [Theory]
    [MemberData(nameof(ShapesAndLimits))]
    public void LeastSegmentCount_is_exhaustively_right_around_whole_pages(RangeShape shape, SegmentLimit limit)
    {
        foreach (var (pages, over, segment, window) in
            from pages in Enumerable.Range(1, 11)
            from over in new[] { -4095, -1, 0 }
            from segment in new uint[] { 4095, 4096, 4097, 8192, 12288, 12289, 16384, 20480, 24575, 28672 }
            from window in new ulong[] { 1, 2, 4, 8 }
            select (pages, over, segment, window))
        {
            var size = (ulong)((pages * 4096) + over);
            var constraints = new DmaConstraints(segment, 1, Any.WindowOf(window));

            var least = Representability.LeastSegmentCount(size, constraints, shape, limit);

            Assert.Equal((UInt128?)SegmentSearch.Fewest(size, constraints, shape, limit), least);
        }
    }

    [Fact]
    public void LeastSegmentCount_is_ordered_by_shape_and_limit_at_any_size() =>
        Gen.Select(AnySize, Any.Constraints, Any.WholeMask).Sample((size, any, mask) =>
        {
            var constraints = any with { SegmentBoundaryMask = mask };
            var least = Enum.GetValues<SegmentLimit>().Select(limit => Enum.GetValues<RangeShape>().ToDictionary(
                shape => shape,
                shape => OrInfinite(Representability.LeastSegmentCount(size, constraints, shape, limit)))).ToArray();
            var (floored, exact) = (least[(int)SegmentLimit.Floored], least[(int)SegmentLimit.Exact]);

            return least.All(by => by[RangeShape.Scattered] >= 1
                    && by[RangeShape.Scattered] <= by[RangeShape.ContiguousBestBase]
                    && by[RangeShape.ContiguousBestBase] <= by[RangeShape.ContiguousAligned])
                && floored.All(by => exact[by.Key] <= by.Value);
        }, iter: 2000);

    [Fact]
    public void LeastSegmentCount_follows_the_closed_forms_at_any_size() =>
        Gen.Select(AnySize, Gen.UInt[4096, uint.MaxValue], Gen.Int[12, 64]).Sample(
            (size, segment, bits) =>
            {
                BigInteger wide = size;
                var window = BigInteger.One << bits;
                BigInteger floored = segment / 4096 * 4096;
                var constraints = new DmaConstraints(segment, 1, (ulong)(window - 1));
                var inWindow = BigInteger.Min(floored, window);
                var aligned = (wide / window * CeilingOf(window, inWindow)) + CeilingOf(wide % window, inWindow);
                var last = BigInteger.Min(segment, window);

                return Least(RangeShape.Scattered, SegmentLimit.Floored) == CeilingOf(wide, inWindow)
                    && Least(RangeShape.ContiguousAligned, SegmentLimit.Floored) == aligned
                    && Least(RangeShape.Scattered, SegmentLimit.Exact)
                        == (wide <= last ? BigInteger.One : 1 + CeilingOf(wide - last, inWindow));

                BigInteger Least(RangeShape shape, SegmentLimit limit) =>
                    (BigInteger)Representability.LeastSegmentCount(size, constraints, shape, limit)!.Value;
            },
            iter: 2000);

    [Fact]
    public void ProductCovers_is_the_thread_s_rule_in_wide_arithmetic() =>
        Gen.Select(AnySize, Any.Constraints).Sample((size, constraints) =>
            Representability.ProductCovers(size, constraints)
            == ((BigInteger)constraints.MaxSegmentSize * constraints.MaxSegmentCount >= size));

    [Theory]
    [InlineData(4096u, 256u, 1UL << 20, true)]
    [InlineData(4096u, 256u, (1UL << 20) + 1, false)]
    [InlineData(65536u, 65536u, 1UL << 32, true)]
    [InlineData(uint.MaxValue, uint.MaxValue, 0xfffffffe00000001, true)]
    [InlineData(uint.MaxValue, uint.MaxValue, 0xfffffffe00000002, false)]
    [InlineData(uint.MaxValue, uint.MaxValue, ulong.MaxValue, false)]
    public void ProductCovers_does_not_overflow(uint segment, uint count, ulong size, bool covers) =>
        Assert.Equal(covers, Representability.ProductCovers(size, new(segment, count, ulong.MaxValue)));

    [Fact]
    public void IsRepresentable_never_accepts_what_the_product_rule_refuses() =>
        Gen.Select(AnySize, Any.Constraints, Any.WholeMask).Sample((size, any, mask) =>
        {
            var constraints = any with { SegmentBoundaryMask = mask };
            return !Representability.IsRepresentable(size, constraints)
                || Representability.ProductCovers(size, constraints);
        }, iter: 2000);

    [Fact]
    public void IsRepresentable_holds_the_least_count_against_the_limit() =>
        Gen.Select(SmallSize, SmallSegment, Gen.UInt[0, 16], Gen.Int[9, 15]).Sample((size, segment, count, bits) =>
        {
            var constraints = new DmaConstraints(segment, count, (1UL << bits) - 1);
            var fewest = SegmentSearch.Fewest(size, constraints, RangeShape.Scattered, SegmentLimit.Floored);
            return Representability.IsRepresentable(size, constraints) == (fewest <= count);
        }, iter: 1000);

    private static Gen<ulong> SmallSize { get; } =
        Gen.OneOf(Gen.ULong[1, 12 * 4096], Gen.ULong[1, 12].Select(pages => pages * 4096));

    private static Gen<uint> SmallSegment { get; } =
        Gen.OneOf(Gen.UInt[0, 13 * 4096], Gen.UInt[1, 13].Select(pages => pages * 4096));

    private static Gen<ulong> AnySize { get; } = Gen.OneOf(
        Gen.ULong[1, ulong.MaxValue],
        Gen.OneOf(1UL, 4096UL, (ulong)long.MaxValue, 1UL << 63, ulong.MaxValue - 4095, ulong.MaxValue));

    private static UInt128 OrInfinite(UInt128? least) => least ?? UInt128.MaxValue;

    private static BigInteger CeilingOf(BigInteger value, BigInteger divisor) => (value + divisor - 1) / divisor;
}
