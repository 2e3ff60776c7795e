using System.Text.Json;
using DmaGrains.Analysis.Comparing;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Cluster.Tests;

/// <summary>The same scenario gives the same answer through the pure model and through a cluster.</summary>
public sealed class ScenarioTests(ClusterFixture cluster)
{
    public static TheoryData<string> Shipped =>
        [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Policies => [.. NamedPolicies.All.Select(named => named.Name)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "scenarios");

    [Theory]
    [MemberData(nameof(Shipped))]
    public async Task A_scenario_gives_the_same_report_on_the_model_and_on_grains(string file)
    {
        var scenario = ScenarioFile.Read(Path.Combine(Folder, file));
        var board = scenario.Board with { Name = $"{scenario.Board.Name}.{scenario.Name}" };
        scenario = scenario with { Board = board };
        var stop = TestContext.Current.CancellationToken;

        var onModel = await ScenarioRunner.PlayAsync(scenario, ModelEngine.Create(board).Value, stop);
        var onGrains = await ScenarioRunner.PlayAsync(
            scenario, (await GrainEngine.CreateAsync(cluster.Grains, board)).Value, stop);

        Assert.Equal(JsonSerializer.Serialize(onModel), JsonSerializer.Serialize(onGrains));
        Assert.Equal(onModel.Steps.All(step => step.Hazards.IsEmpty) ? RunResult.Good : RunResult.Hazard, onModel.Result);
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public async Task A_scenario_gives_the_same_report_when_each_command_is_cancelled_at_some_moment_and_sent_again(string file)
    {
        var scenario = ScenarioFile.Read(Path.Combine(Folder, file));
        var board = scenario.Board with { Name = $"{scenario.Board.Name}.{scenario.Name}.impatient" };
        scenario = scenario with { Board = board };
        var stop = TestContext.Current.CancellationToken;

        var onModel = await ScenarioRunner.PlayAsync(scenario, ModelEngine.Create(board).Value, stop);
        var onGrains = await ScenarioRunner.PlayAsync(
            scenario, new ImpatientEngine(cluster.Grains, board.Name, (await GrainEngine.CreateAsync(cluster.Grains, board, stop)).Value), stop);

        Assert.Equal(JsonSerializer.Serialize(onModel), JsonSerializer.Serialize(onGrains));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Every_scenario_comes_out_the_same_on_the_model_and_on_grains_under(string policy)
    {
        (string, ExporterPolicy)[] policies = [(policy, NamedPolicies.Find(policy)!)];
        var stop = TestContext.Current.CancellationToken;
        foreach (var file in Directory.EnumerateFiles(Folder, "*.yaml"))
        {
            var scenario = ScenarioFile.Read(file);
            scenario = scenario with
            {
                Board = scenario.Board with { Name = $"{scenario.Name}.{policy}" },
            };

            var onModel = await PolicyComparison.PlayAsync(scenario, policies, OnModel, stop);
            var onGrains = await PolicyComparison.PlayAsync(scenario, policies, OnGrainsAsync, stop);

            Assert.Equal(JsonSerializer.Serialize(onModel), JsonSerializer.Serialize(onGrains));
        }
    }

    private static Task<IEngine> OnModel(Scenario scenario) =>
        Task.FromResult<IEngine>(ModelEngine.Create(scenario.Board).Value);

    private async Task<IEngine> OnGrainsAsync(Scenario scenario) =>
        (await GrainEngine.CreateAsync(cluster.Grains, scenario.Board)).Value;
}
