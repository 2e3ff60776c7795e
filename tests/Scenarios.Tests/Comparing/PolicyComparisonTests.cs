using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Comparing;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Scenarios.Tests.Comparing;

public sealed class PolicyComparisonTests
{
    [Fact]
    public async Task The_policy_to_choose_comes_first_and_hazards_come_last()
    {
        var report = await CompareAsync("gpu-maps-first");

        Assert.Equal("migrate", report.Policies[0].Policy);
        Assert.Equal(["gpu", "display"], report.Policies[0].Served);
        Assert.Equal((1u, 8_294_400UL), (report.Policies[0].Costs.Migrations, report.Policies[0].Costs.BytesCopied));
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

    private static Task<ComparisonReport> CompareAsync(string scenario) => PolicyComparison.PlayAsync(
        ScenarioFile.Read(Path.Combine(AppContext.BaseDirectory, "scenarios", $"{scenario}.yaml")),
        NamedPolicies.All,
        fresh => Task.FromResult<IEngine>(ModelEngine.Create(fresh.Board).Value),
        TestContext.Current.CancellationToken);
}
