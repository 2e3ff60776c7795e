using DmaGrains.Analysis.Exploring;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Tests.Exploring;

/// <summary>Plays every order through the runner, one by one: what the explorer is held against.</summary>
internal static class EveryOrder
{
    /// <summary>How many orders lead to each outcome, the outcome in words.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="importer">An importer whose last answer is called something else; or null.</param>
    /// <param name="last">What it is called.</param>
    public static async Task<SortedDictionary<string, int>> PlayAsync(Scenario scenario, string? importer = null, string? last = null)
    {
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var order in OrdersOf([.. scenario.Importers.Select(importer => importer.Steps.Length)]))
        {
            var outcome = OutcomeOf(scenario, await RunAsync(scenario, order), importer, last);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        return outcomes;
    }

    /// <summary>The same of importers that try again when they are told EAGAIN, as soon as something has changed.</summary>
    public static async Task<SortedDictionary<string, int>> PlayWaitingAsync(Scenario scenario)
    {
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await GoOnAsync(scenario, [], outcomes);
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
    private static string OutcomeOf(Scenario scenario, RunReport run, string? renamed, string? last) => Words(
        scenario.Importers.Select(importer => (
            importer.Name,
            importer.Name == renamed ? [.. AnswersOf(run, importer.Name).SkipLast(1), last!] : AnswersOf(run, importer.Name))),
        HazardsOf(run));

    private static IEnumerable<string> AnswersOf(RunReport run, string importer) =>
        run.Steps.Where(step => step.Importer == importer).Select(step => step.Outcome);

    private static Task<RunReport> RunAsync(Scenario scenario, IEnumerable<int> order) => ScenarioRunner.PlayAsync(
        scenario with { Order = [.. order] }, ModelEngine.Create(scenario.Board).Value, CancellationToken.None);

    private static async Task GoOnAsync(Scenario scenario, int[] order, SortedDictionary<string, int> outcomes)
    {
        var left = Enumerable.Range(0, scenario.Importers.Length)
            .Where(importer => order.Count(turn => turn == importer) < scenario.Importers[importer].Steps.Length)
            .ToList();
        var waiting = new List<int>();
        foreach (var importer in left)
        {
            var run = await RunAsync(scenario, [.. order, importer]);
            if (run.Steps[^1].Outcome == "EAGAIN")
            {
                waiting.Add(importer);
            }
            else
            {
                await GoOnAsync(scenario, [.. order, importer], outcomes);
            }
        }

        if (waiting.Count == left.Count)
        {
            var run = await RunAsync(scenario, order);
            var outcome = Words(
                scenario.Importers.Select((importer, index) => (
                    importer.Name, waiting.Contains(index) ? AnswersOf(run, importer.Name).Append("waits") : AnswersOf(run, importer.Name))),
                HazardsOf(run));
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }
    }

    /// <summary>The hazards that a run has noted.</summary>
    public static IEnumerable<string> HazardsOf(RunReport run) =>
        run.Steps.SelectMany(step => step.Hazards.Select(hazard => $"{step.Buffer} {hazard.Kind} {hazard.Importer}"));

    /// <summary>An outcome in words.</summary>
    public static string Words(IEnumerable<(string Importer, IEnumerable<string> Answers)> answers, IEnumerable<string> hazards) =>
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
