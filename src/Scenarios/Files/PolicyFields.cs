using DmaGrains.Model.Policies;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads an exporter's policy: one of the named ones, or its choices one by one.</summary>
internal static class PolicyFields
{
    private static readonly OrderedDictionary<string, ConstraintModel> _constraints = new()
    {
        ["rfc3"] = ConstraintModel.Rfc3,
        ["flags"] = ConstraintModel.Flags,
        ["none"] = ConstraintModel.None,
        ["translated"] = ConstraintModel.Translated,
        ["size-only"] = ConstraintModel.SizeOnly,
        ["count-only"] = ConstraintModel.CountOnly,
    };

    private static readonly OrderedDictionary<string, AllocationTime> _allocation = new()
    {
        ["first-map"] = AllocationTime.AtFirstMap,
        ["first-attach"] = AllocationTime.AtFirstAttach,
        ["export"] = AllocationTime.AtExport,
    };

    private static readonly OrderedDictionary<string, LateAttach> _lateAttach = new()
    {
        ["refuse"] = LateAttach.RefuseStricter,
        ["refuse-any"] = LateAttach.RefuseAny,
        ["resplit"] = LateAttach.Resplit,
        ["migrate"] = LateAttach.Migrate,
        ["accept"] = LateAttach.Accept,
    };

    private static readonly OrderedDictionary<string, ListSharing> _lists = new()
    {
        ["per-map"] = ListSharing.PerMap,
        ["per-attachment"] = ListSharing.PerAttachment,
        ["shared"] = ListSharing.Shared,
        ["own"] = ListSharing.Own,
    };

    private static readonly OrderedDictionary<string, ExporterPolicy> _named = new(
        NamedPolicies.All.Select(named => KeyValuePair.Create(named.Name, named.Policy)));

    /// <summary>The text of a policy: its name when it has one, else its choices.</summary>
    public static string Text(ExporterPolicy policy) =>
        _named.Where(named => named.Value == policy).Select(named => named.Key).FirstOrDefault()
        ?? $"{{constraints: {Words.In(_constraints, policy.Constraints)}, allocation: {Words.In(_allocation, policy.Allocation)}, "
        + $"late_attach: {Words.In(_lateAttach, policy.LateAttach)}, lists: {Words.In(_lists, policy.Lists)}, "
        + $"as_posted: {(policy.AsPosted ? "true" : "false")}, bouncing: {(policy.Bouncing ? "true" : "false")}}}";

    /// <summary>The policy.</summary>
    public static ExporterPolicy Read(FileNode node)
    {
        if (node is not MapNode map)
        {
            return node is TextNode ? node.AsChoice(_named) : throw node.Wrong("a named policy or a mapping of choices");
        }

        map.AllowOnly("constraints", "allocation", "late_attach", "lists", "as_posted", "bouncing");
        return new()
        {
            Constraints = map.Optional("constraints")?.AsChoice(_constraints) ?? default,
            Allocation = map.Optional("allocation")?.AsChoice(_allocation) ?? default,
            LateAttach = map.Optional("late_attach")?.AsChoice(_lateAttach) ?? default,
            Lists = map.Optional("lists")?.AsChoice(_lists) ?? default,
            AsPosted = map.Optional("as_posted")?.AsFlag() ?? false,
            Bouncing = map.Optional("bouncing")?.AsFlag() ?? false,
        };
    }
}
