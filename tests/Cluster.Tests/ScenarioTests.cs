using System.Text.Json;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Cluster.Tests;

/// <summary>The same scenario gives the same answer through the pure model and through a cluster.</summary>
public sealed class ScenarioTests(ClusterFixture cluster)
{
    public static TheoryData<string> Shipped =>
        [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

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
        Assert.Equal(RunResult.Good, onModel.Result);
    }
}
