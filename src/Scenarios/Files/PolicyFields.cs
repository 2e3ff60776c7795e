using DmaGrains.Model.Policies;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads an exporter's policy: a named one, or its choices one by one.</summary>
internal static class PolicyFields
{
    private static readonly Vocabulary<ConstraintModel> _constraints = new()
    {
        ["rfc3"] = ConstraintModel.Rfc3,
        ["flags"] = ConstraintModel.Flags,
        ["none"] = ConstraintModel.None,
        ["translated"] = ConstraintModel.Translated,
        ["size-only"] = ConstraintModel.SizeOnly,
        ["count-only"] = ConstraintModel.CountOnly,
        ["posted"] = ConstraintModel.Posted,
    };

    private static readonly Vocabulary<AllocationTime> _allocation = new()
    {
        ["first-map"] = AllocationTime.AtFirstMap,
        ["first-attach"] = AllocationTime.AtFirstAttach,
        ["export"] = AllocationTime.AtExport,
    };

    private static readonly Vocabulary<LateAttach> _lateAttach = new()
    {
        ["refuse"] = LateAttach.RefuseStricter,
        ["refuse-any"] = LateAttach.RefuseAny,
        ["resplit"] = LateAttach.Resplit,
        ["migrate"] = LateAttach.Migrate,
        ["accept"] = LateAttach.Accept,
    };

    private static readonly Vocabulary<ListSharing> _lists = new()
    {
        ["per-map"] = ListSharing.PerMap,
        ["per-attachment"] = ListSharing.PerAttachment,
        ["shared"] = ListSharing.Shared,
        ["own"] = ListSharing.Own,
        ["exporter"] = ListSharing.Exporters,
    };

    private static readonly Vocabulary<FailedCalculation> _failedCalculation = new()
    {
        ["refuse"] = FailedCalculation.Refuse,
        ["success"] = FailedCalculation.AnswerSuccess,
    };

    private static readonly Vocabulary<RefusedAttach> _refusedAttach = new()
    {
        ["rolled-back"] = RefusedAttach.RolledBack,
        ["left-narrowed"] = RefusedAttach.LeftNarrowed,
    };

    private static readonly Vocabulary<DetachReading> _detachReading = new()
    {
        ["at-attach"] = DetachReading.AtAttach,
        ["now"] = DetachReading.Now,
    };

    private static readonly Vocabulary<ListCheck> _listCheck = new()
    {
        ["exact"] = ListCheck.Exact,
        ["none"] = ListCheck.None,
    };

    private static readonly Vocabulary<AttachTest> _attachTest = new()
    {
        ["none"] = AttachTest.None,
        ["map"] = AttachTest.Map,
        ["no-bounce"] = AttachTest.MapWithoutCopy,
    };

    private static readonly Vocabulary<ExporterPolicy> _named = new(
        NamedPolicies.All.Select(named => KeyValuePair.Create(named.Name, named.Policy)));

    /// <summary>All choices of a policy, as files write them.</summary>
    public static string Choices(ExporterPolicy policy)
    {
        var text = new YamlText();
        WriteChoices(text, policy);
        return text.ToString().TrimEnd();
    }

    /// <summary>Writes a policy: its name if it has one, else its choices.</summary>
    public static void Write(YamlText text, ExporterPolicy policy)
    {
        if (_named.Where(named => named.Value == policy).Select(named => named.Key).FirstOrDefault() is { } name)
        {
            text.Word(name);
        }
        else
        {
            WriteChoices(text, policy);
        }
    }

    private static void WriteChoices(YamlText text, ExporterPolicy policy)
    {
        text.Map(inLine: true)
            .Pair("constraints", _constraints.WordFor(policy.Constraints))
            .Pair("allocation", _allocation.WordFor(policy.Allocation))
            .Pair("late_attach", _lateAttach.WordFor(policy.LateAttach))
            .Pair("lists", _lists.WordFor(policy.Lists))
            .Pair("failed_calculation", _failedCalculation.WordFor(policy.FailedCalculation))
            .Pair("refused_attach", _refusedAttach.WordFor(policy.RefusedAttach))
            .Pair("detach_reading", _detachReading.WordFor(policy.DetachReading))
            .Pair("list_check", _listCheck.WordFor(policy.ListCheck));
        if (policy.Getters is { } getters)
        {
            text.Pair("getters", Vocabulary.Getters.WordFor(getters));
        }

        if (policy.AttachTest != AttachTest.None)
        {
            text.Pair("attach_test", _attachTest.WordFor(policy.AttachTest));
        }

        text.Pair("bouncing", policy.Bouncing ? "true" : "false").Pair("pinned", policy.Pinned ? "true" : "false").End();
    }

    /// <summary>Reads a policy.</summary>
    public static ExporterPolicy Read(FileNode node)
    {
        if (node is not MapNode map)
        {
            return node is TextNode ? node.AsChoice(_named) : node.Wrong("a named policy or a mapping of choices", ExporterPolicy.Default);
        }

        if (map.Optional("as_posted") is not null)
        {
            throw map.Keys.First(key => key.Value == "as_posted").Place.Fail(
                "as_posted is several choices now",
                "policy: as-posted, or of constraints: posted, getters: rfcv3, failed_calculation: success, refused_attach: left-narrowed, detach_reading: now and list_check: none those that are meant");
        }

        map.AllowOnly(
            "constraints", "allocation", "late_attach", "lists", "bouncing", "failed_calculation", "refused_attach", "detach_reading",
            "list_check", "getters", "pinned", "attach_test");
        return new()
        {
            Constraints = map.Optional("constraints")?.AsChoice(_constraints) ?? default,
            Allocation = map.Optional("allocation")?.AsChoice(_allocation) ?? default,
            LateAttach = map.Optional("late_attach")?.AsChoice(_lateAttach) ?? default,
            Lists = map.Optional("lists")?.AsChoice(_lists) ?? default,
            FailedCalculation = map.Optional("failed_calculation")?.AsChoice(_failedCalculation) ?? default,
            RefusedAttach = map.Optional("refused_attach")?.AsChoice(_refusedAttach) ?? default,
            DetachReading = map.Optional("detach_reading")?.AsChoice(_detachReading) ?? default,
            ListCheck = map.Optional("list_check")?.AsChoice(_listCheck) ?? default,
            Getters = map.Optional("getters")?.AsChoice(Vocabulary.Getters),
            Bouncing = map.Optional("bouncing")?.AsFlag() ?? false,
            Pinned = map.Optional("pinned")?.AsFlag() ?? false,
            AttachTest = map.Optional("attach_test")?.AsChoice(_attachTest) ?? default,
        };
    }
}
