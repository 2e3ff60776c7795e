using CsCheck;
using DmaGrains.Model.Constraints;

namespace DmaGrains.Model.Tests.Constraints;

public sealed class ConstraintUnionTests
{
    [Fact]
    public void Attach_narrows_or_refuses_with_EINVAL_and_the_first_field_that_became_zero() =>
        Gen.Select(Any.Constraints, Any.Constraints).Sample((running, demand) =>
        {
            var union = DmaConstraints.Intersect(running, demand);
            var result = ConstraintUnion.Attach(running, demand, "gpu");
            return union.IsSatisfiable
                ? result.Value == union
                : result.Refusal is { Errno: Errno.EINVAL, Importer: "gpu", Limit: 0 } refusal
                    && refusal.Field == union.FirstZeroField;
        });

    [Fact]
    public void Recalculate_is_the_same_in_any_order() =>
        Any.Constraints.Array[0, 6].SelectMany(demands => Gen.Shuffle(demands).Select(other => (demands, other)))
            .Sample((demands, other) =>
            {
                var (one, two) = (Recalculate(demands), Recalculate(other));
                return one.IsGranted == two.IsGranted && (!one.IsGranted || one.Value == two.Value);
            });

    [Fact]
    public void Recalculate_of_nobody_is_unconstrained() =>
        Assert.Equal(DmaConstraints.Unconstrained, ConstraintUnion.Recalculate([]).Value);

    [Fact]
    public void Recalculate_names_the_first_importer_without_common_constraints()
    {
        var result = ConstraintUnion.Recalculate(
            [("a", new(4096, 1, 0xf0)), ("b", new(4096, 1, 0xff)), ("c", new(4096, 1, 0x0f)), ("d", new(0, 1, 1))]);

        Assert.Equal(
            (Errno.EINVAL, "c", "SegmentBoundaryMask"),
            (result.Refusal!.Errno, result.Refusal.Importer, result.Refusal.Field));
    }

    private static DmaResult<DmaConstraints> Recalculate(DmaConstraints[] demands) =>
        ConstraintUnion.Recalculate(demands.Select(demand => ("importer", demand)));
}
