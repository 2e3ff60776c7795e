using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Tests.Files;

public sealed class PolicyFieldsTests
{
    public static TheoryData<string> Named => [.. NamedPolicies.All.Select(named => named.Name)];

    [Theory]
    [MemberData(nameof(Named))]
    public void Read_knows_every_named_policy(string name) =>
        Assert.Equal(NamedPolicies.Find(name), PoliciesOf($"policy: {name}", string.Empty)[0]);

    [Fact]
    public void Read_takes_choices_one_by_one_and_defaults_for_the_rest()
    {
        const string Choices = "policy: {constraints: none, allocation: export, late_attach: resplit, lists: shared, as_posted: true}";

        Assert.Equal(
            new ExporterPolicy
            {
                Constraints = ConstraintModel.None,
                Allocation = AllocationTime.AtExport,
                LateAttach = LateAttach.Resplit,
                Lists = ListSharing.Shared,
                AsPosted = true,
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
    public void Read_knows_every_choice(string choice, ConstraintModel constraints, ListSharing lists, bool bouncing) => Assert.Equal(
        new ExporterPolicy { Constraints = constraints, Lists = lists, Bouncing = bouncing },
        PoliciesOf($"policy: {{{choice}}}", string.Empty)[0]);

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
