using CsCheck;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;

namespace DmaGrains.Tests.Shared;

/// <summary>Exporter policies of all sorts.</summary>
internal static class RandomPolicies
{
    /// <summary>Most exporters try nothing: what they let in is wanted in most tests.</summary>
    private static readonly Gen<AttachTest> _attachTest =
        Gen.Frequency((3, Gen.Const(AttachTest.None)), (1, Gen.Enum<AttachTest>()));

    /// <summary>Any policy that can be written down, each as likely.</summary>
    public static Gen<ExporterPolicy> Any { get; } = Gen.Select(
        Gen.Enum<ConstraintModel>(), Gen.Enum<AllocationTime>(), Gen.Enum<LateAttach>(), Gen.Enum<ListSharing>(), Gen.Bool, Gen.Bool,
        Gen.Select(Gen.Enum<FailedCalculation>(), Gen.Enum<RefusedAttach>(), Gen.Enum<DetachReading>(), Gen.Enum<ListCheck>(),
            Gen.OneOf(Gen.Const((ParameterDefaults?)null), Gen.Enum<ParameterDefaults>().Select(getters => (ParameterDefaults?)getters))),
        _attachTest,
        (constraints, allocation, late, lists, bouncing, pinned, posted, attachTest) => new ExporterPolicy
        {
            Constraints = constraints,
            Allocation = allocation,
            LateAttach = late,
            Lists = lists,
            Bouncing = bouncing,
            Pinned = pinned,
            FailedCalculation = posted.Item1,
            RefusedAttach = posted.Item2,
            DetachReading = posted.Item3,
            ListCheck = posted.Item4,
            Getters = posted.Item5,
            AttachTest = attachTest,
        });
}
