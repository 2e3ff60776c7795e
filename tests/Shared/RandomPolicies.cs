using CsCheck;
using DmaGrains.Model.Policies;

namespace DmaGrains.Tests.Shared;

/// <summary>Exporter policies of all sorts.</summary>
internal static class RandomPolicies
{
    /// <summary>Any policy that can be written down, each as likely.</summary>
    public static Gen<ExporterPolicy> Any { get; } = Gen.Select(
        Gen.Enum<ConstraintModel>(), Gen.Enum<AllocationTime>(), Gen.Enum<LateAttach>(), Gen.Enum<ListSharing>(), Gen.Bool, Gen.Bool,
        (constraints, allocation, late, lists, posted, bouncing) => new ExporterPolicy
        {
            Constraints = constraints,
            Allocation = allocation,
            LateAttach = late,
            Lists = lists,
            AsPosted = posted,
            Bouncing = bouncing,
        });
}
