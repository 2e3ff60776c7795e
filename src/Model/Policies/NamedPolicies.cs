using System.Collections.Immutable;
using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Policies;

/// <summary>The policies that the thread argues about, by name.</summary>
public static class NamedPolicies
{
    /// <summary>Every named policy, the default first.</summary>
    public static ImmutableArray<(string Name, ExporterPolicy Policy)> All { get; } =
    [
        ("refuse", ExporterPolicy.Default),
        ("deny-after-map", new() { LateAttach = LateAttach.RefuseAny }),
        ("resplit", new() { LateAttach = LateAttach.Resplit }),
        ("migrate", new() { LateAttach = LateAttach.Migrate }),
        ("accept", new() { LateAttach = LateAttach.Accept }),
        ("flags", new() { Constraints = ConstraintModel.Flags }),
        ("size-only", new() { Constraints = ConstraintModel.SizeOnly }),
        ("count-only", new() { Constraints = ConstraintModel.CountOnly }),
        ("own-lists", new() { Lists = ListSharing.Own }),
        ("translated", new() { Constraints = ConstraintModel.Translated }),
        ("first-attach", new() { Allocation = AllocationTime.AtFirstAttach }),
        ("first-attach-migrate", new() { Allocation = AllocationTime.AtFirstAttach, LateAttach = LateAttach.Migrate }),
        ("at-export", new() { Allocation = AllocationTime.AtExport }),
        ("shared-list", new() { LateAttach = LateAttach.Accept, Lists = ListSharing.Shared }),
        ("own-addresses", new()
        {
            Constraints = ConstraintModel.None,
            Allocation = AllocationTime.AtFirstAttach,
            Lists = ListSharing.Exporters,
        }),
        ("mainline", new() { Constraints = ConstraintModel.None, Allocation = AllocationTime.AtFirstAttach }),
        ("mainline-bouncing", new()
        {
            Constraints = ConstraintModel.None,
            Allocation = AllocationTime.AtFirstAttach,
            Bouncing = true,
        }),
        ("as-posted", new()
        {
            Constraints = ConstraintModel.Posted,
            LateAttach = LateAttach.Accept,
            FailedCalculation = FailedCalculation.AnswerSuccess,
            RefusedAttach = RefusedAttach.LeftNarrowed,
            DetachReading = DetachReading.Now,
            ListCheck = ListCheck.None,
            Getters = ParameterDefaults.RfcV3,
        }),
    ];

    /// <summary>The policy of that name, or null.</summary>
    public static ExporterPolicy? Find(string name) =>
        All.Where(named => named.Name == name).Select(named => named.Policy).FirstOrDefault();
}
