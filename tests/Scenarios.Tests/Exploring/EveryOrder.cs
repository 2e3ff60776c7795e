using DmaGrains.Scenarios.Exploring;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Scenarios.Tests.Exploring;

/// <summary>Plays every order through the runner, one by one: what the explorer is held against.</summary>
internal static class EveryOrder
{
    /// <summary>How many orders lead to each outcome, the outcome in words.</summary>
    public static async Task<SortedDictionary<string, int>> PlayAsync(Scenario scenario)
    {
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var order in OrdersOf([.. scenario.Importers.Select(importer => importer.Steps.Length)]))
        {
            var run = await ScenarioRunner.PlayAsync(
                scenario with { Order = [.. order] }, ModelEngine.Create(scenario.Board).Value, CancellationToken.None);
            var outcome = OutcomeOf(scenario, run);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        return outcomes;
    }

    /// <summary>The same of an exploration.</summary>
    public static SortedDictionary<string, int> Of(ExploredPolicyReport report) => new(
        report.Outcomes.ToDictionary(
            outcome => Words(
                outcome.Importers.Select(importer => (importer.Importer, importer.Answers.AsEnumerable())),
                outcome.Hazards.Select(hazard => $"{hazard.Buffer} {hazard.Kind} {hazard.Importer}")),
            outcome => (int)outcome.Orders),
        StringComparer.Ordinal);

    /// <summary>The outcome of one run, in the same words.</summary>
    public static string OutcomeOf(Scenario scenario, RunReport run) => Words(
        scenario.Importers.Select(importer => (
            importer.Name, run.Steps.Where(step => step.Importer == importer.Name).Select(step => step.Outcome))),
        run.Steps.SelectMany(step => step.Hazards.Select(hazard => $"{step.Buffer} {hazard.Kind} {hazard.Importer}")));

    private static string Words(IEnumerable<(string Importer, IEnumerable<string> Answers)> answers, IEnumerable<string> hazards) =>
        string.Join("; ", answers.Select(one => $"{one.Importer}: {string.Join(' ', one.Answers)}"))
        + " | " + string.Join(", ", hazards.Distinct().Order(StringComparer.Ordinal));

    private static IEnumerable<int[]> OrdersOf(int[] left)
    {
        if (left.All(steps => steps == 0))
        {
            yield return [];
        }

        for (var importer = 0; importer < left.Length; importer++)
        {
            if (left[importer] != 0)
            {
                int[] after = [.. left];
                after[importer]--;
                foreach (var order in OrdersOf(after))
                {
                    yield return [importer, .. order];
                }
            }
        }
    }
}
