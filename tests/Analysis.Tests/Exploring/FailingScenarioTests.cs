using System.Collections.Immutable;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Exploring;

public sealed class FailingScenarioTests
{
    public static TheoryData<string> Scenarios => ExplorationTests.Scenarios;

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Every_failure_of_a_shipped_scenario_is_played_to_the_same_end_from_its_file(string name) =>
        await PlaysTheSameAsync(name, new());

    [Theory]
    [InlineData("gpu-and-display")]
    [InlineData("silent-bounce")]
    [InlineData("wrong-context")]
    public async Task Every_failure_that_faults_bring_is_played_to_the_same_end_from_its_file(string name)
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario(name));
        await PlaysTheSameAsync(name, new()
        {
            Faults =
            [
                new Fault.Crash(null), new Fault.Hang(scenario.Importers[0].Name), new Fault.Revoke(scenario.Buffers[0].Name),
                new Fault.MemoryRunsOut(null), new Fault.Parameters(scenario.Importers[1].Device!, new(4096, 1, 0)),
            ],
            StatesMax = 20_000,
        });
    }

    [Fact]
    public async Task A_deadlock_is_played_to_the_same_end_from_its_file() => await PlaysTheSameAsync("held-mapping", new() { Waits = true });

    private static async Task PlaysTheSameAsync(string name, ExplorationOptions options)
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario(name));
        var explored = Exploration.Play(scenario, options, null, TestContext.Current.CancellationToken);

        for (var index = 0; index < explored.Report.Failures.Length; index++)
        {
            var failure = explored.Report.Failures[index];
            using var file = new TemporaryFile(string.Empty);
            File.WriteAllText(file.Path, ScenarioText.Of(explored.FailingScenario(index), file.Path));
            var saved = ScenarioFile.Read(file.Path);
            var run = await ScenarioRunner.PlayAsync(saved, ModelEngine.Create(saved.Board).Value, TestContext.Current.CancellationToken);

            Assert.Equal(run.Steps.All(step => step.Hazards.IsEmpty) ? RunResult.Good : RunResult.Hazard, run.Result);
            Assert.True(Shows(run, failure), $"{failure.Kind} {failure.Importer} {failure.Operation} {failure.Outcome}");
            Assert.Equal(StepsOf(failure.Order), run.Steps
                .Where(step => step.Operation != "export" && step.Buffer?.StartsWith("taken#", StringComparison.Ordinal) != true)
                .Select(step => (step.Importer, step.Operation, step.Outcome)));
        }
    }

    private static bool Shows(RunReport run, FailureReport failure) => failure.Kind switch
    {
        FailureKind.Hazard => run.Steps.Any(step => step.Buffer == failure.Buffer
            && step.Hazards.Any(hazard => (hazard.Kind, hazard.Importer) == (failure.Outcome, failure.Importer))),
        FailureKind.Deadlock => run.Steps[^1].Outcome == "EAGAIN",
        _ => (run.Steps[^1].Importer, run.Steps[^1].Operation, run.Steps[^1].Outcome) == (failure.Importer, failure.Operation, failure.Outcome),
    };

    private static IEnumerable<(string, string, string)> StepsOf(ImmutableArray<ExploredStepReport> order) => order
        .Where(step => step.Operation is not ("crash" or "hang" or "memory-runs-out"))
        .Select(step => (step.Importer, step.Operation, step.Outcome));
}
