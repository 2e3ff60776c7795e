using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Constraints;

public sealed class ListLimitsTests
{
    /// <summary>Some rows of the table, each at a value that can be stated.</summary>
    public static Gen<ListLimits> Any { get; } = Gen.Select(Gen.ULong.Array[ListLimit.All.Length], Gen.Bool.Array[ListLimit.All.Length]).Select(values =>
    {
        var limits = default(ListLimits);
        for (var row = 0; row < ListLimit.All.Length; row++)
        {
            limits = values.Item2[row] ? limits.With(ListLimit.All[row], Stated(ListLimit.All[row], values.Item1[row])) : limits;
        }

        return limits;
    });

    [Fact]
    public void Narrow_is_commutative_associative_and_idempotent_and_keeps_what_stands_beside_nothing() => Gen.Select(Any, Any, Any).Sample((one, other, third) =>
    {
        Assert.Equal(ListLimits.Intersect(one, other), ListLimits.Intersect(other, one));
        Assert.Equal(ListLimits.Intersect(ListLimits.Intersect(one, other), third), ListLimits.Intersect(one, ListLimits.Intersect(other, third)));
        Assert.Equal(one, ListLimits.Intersect(one, one));
        Assert.Equal(one, ListLimits.Intersect(one, default));
    });

    [Fact]
    public void A_list_keeps_what_two_importers_take_together_when_it_keeps_what_each_takes() => Gen.Select(
        Any, Any, Gen.Select(Gen.ULong[0, 64], Gen.UInt[1, 64], Gen.Int[0, 14]).Array[1, 4]).Sample((one, other, parts) =>
    {
        var table = SgTableOf(parts);
        bool Keeps(ListLimits limits) => SegmentCheck.FirstViolation(table, DmaConstraints.Unconstrained with { Limits = limits }, "gpu") is null;

        Assert.Equal(Keeps(one) && Keeps(other), Keeps(ListLimits.Intersect(one, other)));
    });

    [Fact]
    public void Narrow_allocates_nothing_where_one_side_has_all_that_the_other_states()
    {
        var one = default(ListLimits).With(ListLimit.AddressAlignment, 65536);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var both = ListLimits.Intersect(ListLimits.Intersect(one, default), ListLimits.Intersect(default, one));
        var after = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal((one, 0L), (both, after - before));
    }

    [Fact]
    public void AllViolations_names_each_limit_that_the_first_violation_would_name() => Gen.Select(
        Any, Gen.Select(Gen.ULong[0, 64], Gen.UInt[1, 64], Gen.Int[0, 14]).Array[1, 4]).Sample((limits, parts) =>
    {
        var constraints = DmaConstraints.Unconstrained with { Limits = limits };
        var segments = Segments(parts);

        var all = SegmentCheck.AllViolations(segments, constraints, ulong.MaxValue, "gpu");

        Assert.Equal(SegmentCheck.FirstViolation(SgTableOf(parts), constraints, "gpu")?.Reason, all.FirstOrDefault()?.Refusal.Reason);
        Assert.All(all, violation => Assert.Contains($"segment {violation.Segment}", violation.Refusal.Reason, StringComparison.Ordinal));
    });

    [Fact]
    public void Check_of_a_device_refuses_with_EINVAL_values_that_a_row_does_not_take() => Assert.All(ListLimit.All, row =>
    {
        Device Stating(ulong value) => new("gpu", null) { Limits = default(ListLimits).With(row, value) };

        Assert.Null(Stating(row.Most).Check());
        Assert.Null(Stating(Stated(row, 5)).Check());
        Assert.Equal((Errno.EINVAL, "gpu", row.Field), Fault(Stating(row.Most + 1).Check()!));
        if (row.Unit is LimitUnit.PowerOfTwo or LimitUnit.Mask)
        {
            Assert.Equal((Errno.EINVAL, "gpu", row.Field), Fault(Stating(5).Check()!));
        }
    });

    private static (Errno Errno, string? Importer, string? Field) Fault(Refusal refusal) => (refusal.Errno, refusal.Importer, refusal.Field);

    /// <summary>A value of a row, from any number.</summary>
    private static ulong Stated(ListLimit row, ulong number) => row.Unit switch
    {
        LimitUnit.PowerOfTwo => 1UL << (int)(number % (ulong)(System.Numerics.BitOperations.Log2(row.Most) + 1)),
        LimitUnit.Mask => (1UL << (int)(1 + (number % (ulong)System.Numerics.BitOperations.PopCount(row.Most)))) - 1,
        _ => 1 + (number % Math.Min(row.Most, 100)),
    };

    private static StatedSegment[] Segments((ulong Start, uint Length, int Shift)[] parts) =>
        [.. parts.Select(part => new StatedSegment(part.Start << part.Shift, (ulong)part.Length << part.Shift))];

    private static SgEntry[] SgTableOf((ulong Start, uint Length, int Shift)[] parts) =>
        [.. Segments(parts).Select(segment => new SgEntry(segment.Address >> 12, (uint)(segment.Address & 4095), (uint)segment.LengthBytes))];
}
