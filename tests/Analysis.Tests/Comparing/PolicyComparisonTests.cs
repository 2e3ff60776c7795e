using System.Text.Json;
using DmaGrains.Analysis.Comparing;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Tests.Comparing;

public sealed class PolicyComparisonTests
{
    [Fact]
    public async Task The_policy_to_choose_comes_first_and_hazards_come_last()
    {
        var report = await CompareAsync("gpu-maps-first");

        Assert.Equal("refuse", report.Policies[0].Policy);
        Assert.Equal(["display"], report.Policies[0].RefusedAsExpected);
        var hazardous = report.Policies.SkipWhile(policy => policy.Hazards.IsEmpty).ToList();
        Assert.NotEmpty(hazardous);
        Assert.All(hazardous, policy => Assert.NotEmpty(policy.Hazards));
    }

    [Fact]
    public async Task The_default_comes_first_when_it_serves_everyone()
    {
        var report = await CompareAsync("gpu-and-display");

        Assert.Equal("refuse", report.Policies[0].Policy);
        Assert.Equal(8_294_400UL, report.Policies[0].ContiguousBytesPeak);
        Assert.Equal([new("gpu", "frame", 1), new("display", "frame", 1)], report.Policies[0].Segments);
        Assert.Equal(2UL, report.Policies[0].Costs.ListsBuilt);
    }

    [Fact]
    public async Task Refusals_say_whose_step_and_why()
    {
        var report = await CompareAsync("gpu-maps-first");

        var refused = report.Policies.Single(policy => policy.Policy == "refuse").Refusals[0];
        Assert.Equal((4, "display", "attach", "frame"), (refused.Step, refused.Importer, refused.Operation, refused.Buffer));
        Assert.Equal(("EBUSY", "vc4", "max_segment_count"), (refused.Refusal.Errno, refused.Refusal.Importer, refused.Refusal.Field));
    }

    [Fact]
    public async Task Every_policy_is_played_once()
    {
        var report = await CompareAsync("attach-order");

        Assert.Equal(
            NamedPolicies.All.Select(named => named.Name).Order(), report.Policies.Select(policy => policy.Policy).Order());
    }

    [Theory]
    [InlineData("gpu-maps-first")]
    [InlineData("camera-gpu-display")]
    [InlineData("mixed-coherency")]
    [InlineData("silent-bounce")]
    public async Task Policies_are_sorted_by_hazards_then_served_then_refusals_then_costs(string scenario)
    {
        var report = await CompareAsync(scenario);

        var rankings = report.Policies.Select(policy => policy.Ranking).ToList();
        Assert.All(rankings.Zip(rankings.Skip(1)), pair => Assert.True(pair.First.AsSpan().SequenceCompareTo(pair.Second.AsSpan()) <= 0));
        Assert.Equal(report.Policies[0].Policy, report.Choice.Policy);
    }

    [Fact]
    public async Task Among_equals_a_policy_that_looks_comes_before_one_that_was_lucky()
    {
        var report = await CompareAsync("iommu-joins");

        Assert.Equal("translated", report.Choice.Policy);
        Assert.Contains("size-only", report.Choice.AsGoodWithoutLooking);
        Assert.DoesNotContain("size-only", report.Choice.AsGood);
    }

    [Fact]
    public async Task A_play_does_not_depend_on_the_plays_before_it()
    {
        var all = await CompareAsync("camera-gpu-display");

        foreach (var outcome in all.Policies)
        {
            var alone = await CompareAsync("camera-gpu-display", outcome.Policy);
            Assert.Equal(JsonSerializer.Serialize(outcome), JsonSerializer.Serialize(Assert.Single(alone.Policies)));
        }
    }

    [Fact]
    public async Task The_choice_is_told_in_words() => Assert.StartsWith(
        "It serves both importers, nothing goes wrong silently, and 8294400 bytes are copied. Next is refuse, which serves 1 of 2 importers.",
        (await CompareAsync("gpu-maps-first", expects: false)).Choice.Reason,
        StringComparison.Ordinal);

    [Fact]
    public async Task Granting_what_the_scenario_expects_to_be_refused_is_no_gain()
    {
        var (expecting, open) = (await CompareAsync("gpu-maps-first"), await CompareAsync("gpu-maps-first", expects: false));

        Assert.Equal(("refuse", "migrate"), (expecting.Choice.Policy, open.Choice.Policy));
        Assert.StartsWith("It serves 1 of 2 importers and refuses display as expected,", expecting.Choice.Reason, StringComparison.Ordinal);
        Assert.All(expecting.Policies.Single(policy => policy.Policy == "refuse").Refusals, refused => Assert.True(refused.Expected));
    }

    [Theory]
    [InlineData("impossible-together", null)]
    [InlineData("frame-too-big-for-ahci", null)]
    [InlineData("cpu-barges-in", "dirty_data_lost")]
    [InlineData("wrong-sync", "dirty_data_lost")]
    public async Task What_the_thread_warns_of_is_not_recommended(string scenario, string? hazard)
    {
        var report = await WithWrittenAsync(scenario);

        Assert.Equal(hazard is null, report.Choice.Safe);
        Assert.Contains(report.Choice.Policy, (string[])[PolicyComparison.AsWritten, "own-lists", "resplit"]);
        Assert.Contains(hazard, report.Policies[0].Hazards.Select(found => found.Kind).DefaultIfEmpty());
        Assert.All(report.Choice.AsGood, policy => Assert.True(report.Policies.Single(row => row.Policy == policy).LooksAtImporters));
        Assert.Empty(report.Choice.AsGood.Intersect(["accept", "mainline", "mainline-bouncing", "as-posted", "flags", "size-only", "count-only", "shared-list"]));
    }

    [Fact]
    public async Task What_the_file_writes_is_a_row_of_its_own_and_the_first_among_equals()
    {
        var report = await WithWrittenAsync("gpu-and-display");

        Assert.Equal(
            NamedPolicies.All.Select(named => named.Name).Append(PolicyComparison.AsWritten).Order(),
            report.Policies.Select(policy => policy.Policy).Order());
        Assert.Equal((PolicyComparison.AsWritten, true), (report.Choice.Policy, report.Choice.Safe));
        Assert.Contains("refuse", report.Choice.AsGood);
    }

    private static Task<ComparisonReport> WithWrittenAsync(string scenario) => PolicyComparison.PlayWithWrittenAsync(
        ScenarioFile.Read(Path.Combine(AppContext.BaseDirectory, "scenarios", $"{scenario}.yaml")),
        NamedPolicies.All,
        fresh => Task.FromResult<IEngine>(ModelEngine.Create(fresh.Board).Value),
        TestContext.Current.CancellationToken);

    [Fact]
    public async Task Segments_are_those_of_the_last_map_and_not_of_raw_access_or_test_maps()
    {
        var report = await CompareAsync("test-before-use", "refuse");

        Assert.Equal(["gpu"], report.Policies[0].Segments.Select(segments => segments.Importer));
        Assert.Empty((await CompareAsync("raw-access", "refuse")).Policies[0].Segments);
    }

    private static Scenario Read(string scenario, bool expects)
    {
        var read = ScenarioFile.Read(Path.Combine(AppContext.BaseDirectory, "scenarios", $"{scenario}.yaml"));
        return expects ? read : read with
        {
            Importers =
            [
                .. read.Importers.Select(importer => importer with
                {
                    Steps = [.. importer.Steps.Select(step => step with { HasExpectation = false, Expected = null })],
                }),
            ],
        };
    }

    private static Task<ComparisonReport> CompareAsync(string scenario, string? policy = null, bool expects = true) => PolicyComparison.PlayAsync(
        Read(scenario, expects),
        NamedPolicies.All.Where(named => policy is null || named.Name == policy),
        fresh => Task.FromResult<IEngine>(ModelEngine.Create(fresh.Board).Value),
        TestContext.Current.CancellationToken);
}
