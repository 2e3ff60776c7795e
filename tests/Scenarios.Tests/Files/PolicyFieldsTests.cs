using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Scenarios.Tests.Files;

public sealed class PolicyFieldsTests
{
    public static TheoryData<string> Named => [.. NamedPolicies.All.Select(named => named.Name)];

    [Theory]
    [MemberData(nameof(Named))]
    public void Policy_field_reads_every_named_policy(string name) =>
        Assert.Equal(NamedPolicies.Find(name), PoliciesOf($"policy: {name}", string.Empty)[0]);

    [Fact]
    public void Read_takes_choices_one_by_one_and_defaults_for_the_rest()
    {
        const string Choices = "policy: {constraints: none, allocation: export, late_attach: resplit, lists: shared, list_check: none}";

        Assert.Equal(
            new ExporterPolicy
            {
                Constraints = ConstraintModel.None,
                Allocation = AllocationTime.AtExport,
                LateAttach = LateAttach.Resplit,
                Lists = ListSharing.Shared,
                ListCheck = ListCheck.None,
            },
            PoliciesOf(Choices, string.Empty)[0]);
        Assert.Equal(new ExporterPolicy { Lists = ListSharing.PerAttachment }, PoliciesOf("policy: {lists: per-attachment}", string.Empty)[0]);
        Assert.Equal(ExporterPolicy.Default, PoliciesOf(string.Empty, string.Empty)[0]);
    }

    [Theory]
    [InlineData("constraints: translated", ConstraintModel.Translated, ListSharing.PerMap, false)]
    [InlineData("constraints: size-only", ConstraintModel.SizeOnly, ListSharing.PerMap, false)]
    [InlineData("constraints: count-only", ConstraintModel.CountOnly, ListSharing.PerMap, false)]
    [InlineData("lists: own", ConstraintModel.Rfc3, ListSharing.Own, false)]
    [InlineData("bouncing: true", ConstraintModel.Rfc3, ListSharing.PerMap, true)]
    [InlineData("bouncing: false", ConstraintModel.Rfc3, ListSharing.PerMap, false)]
    public void Policy_field_reads_every_choice(string choice, ConstraintModel constraints, ListSharing lists, bool bouncing) => Assert.Equal(
        new ExporterPolicy { Constraints = constraints, Lists = lists, Bouncing = bouncing },
        PoliciesOf($"policy: {{{choice}}}", string.Empty)[0]);

    [Fact]
    public void Read_knows_each_choice_of_the_posted_patch_and_their_sum_is_as_posted()
    {
        const string Choices = "policy: {late_attach: accept, constraints: posted, failed_calculation: success, refused_attach: left-narrowed,"
            + " detach_reading: now, list_check: none, getters: rfcv3}";

        Assert.Equal(NamedPolicies.Find("as-posted"), PoliciesOf(Choices, string.Empty)[0]);
        Assert.Equal(
            new() { FailedCalculation = FailedCalculation.AnswerSuccess },
            PoliciesOf("policy: {failed_calculation: success, refused_attach: rolled-back}", string.Empty)[0]);
        Assert.Equal(
            new() { RefusedAttach = RefusedAttach.LeftNarrowed },
            PoliciesOf("policy: {refused_attach: left-narrowed, failed_calculation: refuse}", string.Empty)[0]);
        Assert.Equal(
            new() { DetachReading = DetachReading.Now }, PoliciesOf("policy: {detach_reading: now, list_check: exact}", string.Empty)[0]);
        Assert.Equal(
            new() { ListCheck = ListCheck.None }, PoliciesOf("policy: {list_check: none, detach_reading: at-attach}", string.Empty)[0]);
        Assert.Equal(new() { Getters = ParameterDefaults.Direct }, PoliciesOf("policy: {getters: direct}", string.Empty)[0]);
    }

    [Fact]
    public void Read_says_what_became_of_as_posted()
    {
        var fault = Assert.Throws<FileFormatException>(() => PoliciesOf("policy: {lists: own, as_posted: true}", string.Empty));

        Assert.Contains(":4:22: as_posted is several choices now; expected policy: as-posted, or of ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("getters: v6.1\npolicy: as-posted", "", "4:10")]
    [InlineData("policy: as-posted\ngetters: direct", "", "5:10")]
    [InlineData("getters: v6.1", ", policy: as-posted", "4:10")]
    [InlineData("getters: v6.1\npolicy: {getters: rfcv3}", "", "4:10")]
    public void Read_refuses_getters_that_contradict_a_policy(string lines, string own, string place)
    {
        var fault = Assert.Throws<FileFormatException>(() => PoliciesOf(lines, own));

        Assert.Contains($":{place}: Buffer one: getters ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("expected none, or the same", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("getters: rfcv3\npolicy: as-posted")]
    [InlineData("policy: {getters: direct}\ngetters: direct")]
    public void Read_takes_getters_that_say_what_the_policy_says(string lines) => Assert.NotEmpty(PoliciesOf(lines, string.Empty));

    [Fact]
    public void Read_lets_a_buffer_have_a_policy_of_its_own() =>
        Assert.Equal(
            [NamedPolicies.Find("accept")!, NamedPolicies.Find("migrate")!],
            PoliciesOf("policy: migrate", ", policy: accept"));

    private static ExporterPolicy[] PoliciesOf(string line, string own)
    {
        using var file = new TemporaryFile($$"""
            name: sample
            shows: Policies.
            board: {{ShippedFiles.Board("juno")}}
            {{line}}
            buffers:
              - {name: one, size: 4096{{own}}}
              - {name: two, size: 4096}
            importers:
              - {name: gpu, device: panfrost, steps: [attach one]}
            """);
        return [.. ScenarioFile.Read(file.Path).Buffers.Select(buffer => buffer.Policy)];
    }
}
