namespace DmaGrains.Model.Constraints;

/// <summary>The RFC's two calculations of a buffer's union: narrow it at an attach, recalculate it from the remaining importers.</summary>
/// <remarks>Source: thread #0, calc_constraints and recalc_constraints.</remarks>
public static class ConstraintUnion
{
    /// <summary>The union after one more importer.</summary>
    /// <returns>EINVAL naming the field that became zero.</returns>
    /// <remarks>
    /// The only place that refuses because nothing is common. Not the only place that makes a union: a detach takes the sum of those that
    /// stay.
    /// </remarks>
    public static DmaResult<DmaConstraints> Attach(DmaConstraints running, DmaConstraints demand, string importer)
    {
        var union = DmaConstraints.Intersect(running, demand);
        return union.FirstZeroField is { } field ? DmaResult.Refuse<DmaConstraints>(NothingIsCommon(importer, field)) : DmaResult.Grant(union);
    }

    private static Refusal NothingIsCommon(string importer, string field) => new(
        Errno.EINVAL, importer, field, null, 0, $"With {importer} no common constraints are left: {WordsOf(field)} would be 0.");

    private static string WordsOf(string field) => field switch
    {
        nameof(DmaConstraints.MaxSegmentSize) => "the maximum segment size",
        nameof(DmaConstraints.MaxSegmentCount) => "the maximum segment count",
        _ => "the segment boundary mask",
    };

    /// <summary>The union of a set of importers, starting unconstrained.</summary>
    /// <returns>EINVAL naming the first importer at which a field becomes zero.</returns>
    /// <remarks>
    /// The only place that calculates from devices as they are now: for the posted detach, and for <c>recalculate</c>, which changes
    /// nothing.
    /// </remarks>
    public static DmaResult<DmaConstraints> Recalculate(
        IEnumerable<(string Importer, DmaConstraints Demand)> importers)
    {
        var union = DmaConstraints.Unconstrained;
        foreach (var (importer, demand) in importers)
        {
            var step = Attach(union, demand, importer);
            if (!step.TryGetValue(out union))
            {
                return step;
            }
        }

        return DmaResult.Grant(union);
    }
}
