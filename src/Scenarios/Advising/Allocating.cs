using DmaGrains.Model.Policies;

namespace DmaGrains.Scenarios.Advising;

/// <summary>For whom an exporter allocates.</summary>
public enum Allocating
{
    /// <summary>For itself alone, before anybody else attaches: what drivers do today (thread #59).</summary>
    ForItself = 0,

    /// <summary>For nobody in particular, at the export: what heaps do today.</summary>
    ForNobody = 1,

    /// <summary>At the first map, for all that have attached by then: the thread's design (#0, #59).</summary>
    ForAll = 2,
}

/// <summary>What allocating for somebody means as a policy.</summary>
internal static class AllocatingPolicies
{
    /// <summary>
    /// The policy of such an exporter. IOMMUs count for what they do (thread #6, #57), and pages out of reach are bounced, as the DMA
    /// API does without asking.
    /// </summary>
    public static ExporterPolicy Policy(this Allocating allocating) => new()
    {
        Constraints = ConstraintModel.Translated,
        Bouncing = true,
        Allocation = allocating switch
        {
            Allocating.ForItself => AllocationTime.AtFirstAttach,
            Allocating.ForNobody => AllocationTime.AtExport,
            Allocating.ForAll => AllocationTime.AtFirstMap,
            _ => throw new ArgumentOutOfRangeException(nameof(allocating)),
        },
    };
}
