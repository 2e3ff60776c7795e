using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

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

    [Fact]
    public void AllViolations_are_those_of_each_segment_and_of_the_list()
    {
        StatedSegment[] segments = [new(0x1000, 0x1000), new(0x2800, 0x1000), new(0xf000, 0x1001), new(ulong.MaxValue, 2)];

        var violations = SegmentCheck.AllViolations(segments, new(0x1000, 3, 0xfff), 0xffff, "gpu");

        Assert.Equal(
            [
                (null, "MaxSegmentCount"), (1, "SegmentBoundaryMask"), (2, "MaxSegmentSize"), (2, "SegmentBoundaryMask"), (2, "DmaMask"),
                (3, "SegmentBoundaryMask"), (3, "DmaMask"),
            ],
            violations.Select(violation => (violation.Segment, violation.Refusal.Field!)));
        Assert.All(violations, violation => Assert.Equal(violation.Refusal.Field == "DmaMask" ? Errno.EIO : Errno.EBUSY, violation.Refusal.Errno));
    }

    [Fact]
    public void AllViolations_begin_with_the_first_one() =>
        Gen.Select(
            Gen.Select(Gen.ULong[0, 1 << 20], Gen.UInt[1, 1 << 14]).Array[1, 8],
            Gen.Select(Gen.UInt[1, 1 << 14], Gen.UInt[1, 8], Gen.Int[0, 20])).Sample((list, limits) =>
        {
            DmaSegment[] segments = [.. list.Select(segment => new DmaSegment(new(segment.Item1), segment.Item2))];
            StatedSegment[] stated = [.. list.Select(segment => new StatedSegment(segment.Item1, segment.Item2))];
            var constraints = new DmaConstraints(limits.Item1, limits.Item2, (1UL << limits.Item3) - 1);

            var all = SegmentCheck.AllViolations(stated, constraints, ulong.MaxValue, "gpu");

            Assert.Equal(SegmentCheck.FirstViolation(segments, constraints, "gpu"), all.FirstOrDefault()?.Refusal);
        });

    [Theory]
    [InlineData(0UL, "Length")]
    [InlineData(1UL, null)]
    [InlineData(uint.MaxValue, null)]
    [InlineData(1UL << 32, "Length, MaxSegmentSize")]
    [InlineData(ulong.MaxValue, "Length, MaxSegmentSize")]
    public void A_length_that_32_bits_do_not_hold_is_told(ulong length, string? fields)
    {
        var violations = SegmentCheck.AllViolations([new(0, length)], new(uint.MaxValue, 1, ulong.MaxValue), ulong.MaxValue, "gpu");

        Assert.Equal(fields ?? "", string.Join(", ", violations.Select(violation => violation.Refusal.Field)));
        Assert.All(violations.Take(1), violation => Assert.Equal(Errno.EINVAL, violation.Refusal.Errno));
    }

    [Fact]
    public void Segments_that_overlap_are_found_as_by_comparing_all_of_them() =>
        Gen.Select(Gen.ULong[0, 64], Gen.ULong[0, 16]).Array[0, 12].Sample(list =>
        {
            ImmutableArray<StatedSegment> segments = [.. list.Select(segment => new StatedSegment(segment.Item1, segment.Item2))];

            var overlaps = SegmentOverlaps.Of(segments);

            for (var index = 0; index < segments.Length; index++)
            {
                Assert.True(overlaps[index] is not { } other || (other != index && segments[other].Meets(segments[index])));
            }

            var isAny = Enumerable.Range(0, segments.Length)
                .Any(one => Enumerable.Range(0, one).Any(other => segments[one].Meets(segments[other])));
            Assert.Equal(isAny, overlaps.Any(overlap => overlap is not null));
        });
}
