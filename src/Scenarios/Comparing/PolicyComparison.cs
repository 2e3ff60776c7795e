using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Scenarios.Comparing;

/// <summary>Plays one scenario under several policies.</summary>
public static class PolicyComparison
{
    /// <summary>Plays the scenario once for each policy, in its own order; what it expects is not looked at.</summary>
    /// <param name="scenario">The scenario; its own policies are replaced.</param>
    /// <param name="policies">The policies, with their names.</param>
    /// <param name="engineFor">A fresh board for each play.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// Best first: without hazards before with, then by importers served, refusals, bytes copied, contiguous memory, and the
    /// order given.
    /// </returns>
    public static async Task<ComparisonReport> PlayAsync(
        Scenario scenario,
        IEnumerable<(string Name, ExporterPolicy Policy)> policies,
        Func<Scenario, Task<IEngine>> engineFor,
        CancellationToken cancellationToken)
    {
        var outcomes = new List<PolicyOutcome>();
        foreach (var (name, policy) in policies)
        {
            var played = scenario with
            {
                Buffers = [.. scenario.Buffers.Select(buffer => buffer with { Policy = policy })],
            };
            var engine = new MeteredEngine(await engineFor(played));
            var run = await ScenarioRunner.PlayAsync(played, engine, cancellationToken);
            outcomes.Add(OutcomeOf(name, played, run, engine.ContiguousBytesPeak, await CostsAsync(played, engine)));
        }

        return new(
            scenario.Name,
            scenario.Shows,
            scenario.Board.Name,
            [
                .. outcomes
                    .OrderBy(outcome => outcome.Hazards.IsEmpty ? 0 : 1)
                    .ThenByDescending(outcome => outcome.Served.Length)
                    .ThenBy(outcome => outcome.Refusals.Length)
                    .ThenBy(outcome => outcome.BytesCopied)
                    .ThenBy(outcome => outcome.ContiguousBytesPeak),
            ]);
    }

    private static async Task<ImmutableArray<BufferCosts>> CostsAsync(Scenario scenario, MeteredEngine engine)
    {
        var costs = ImmutableArray.CreateBuilder<BufferCosts>();
        foreach (var buffer in scenario.Buffers)
        {
            if ((await engine.DescribeAsync(buffer.Name)).TryGetValue(out var known))
            {
                costs.Add(known.Costs);
            }
        }

        return costs.ToImmutable();
    }

    private static PolicyOutcome OutcomeOf(
        string policy, Scenario scenario, RunReport run, ulong contiguousPeak, ImmutableArray<BufferCosts> costs)
    {
        var failed = run.Steps.Where(step => step.Outcome != StepReport.Ok).Select(step => step.Importer).ToHashSet();
        var segments = run.Steps
            .Where(step => step.Scatterlist is not null)
            .GroupBy(step => (step.Importer, step.Buffer))
            .Select(maps => new SegmentsOf(
                maps.Key.Importer, maps.Key.Buffer, maps.Last().Scatterlist!.MappedEntryCount));
        return new(
            policy,
            scenario.Importers.Length,
            [.. scenario.Importers.Select(importer => importer.Name).Where(name => !failed.Contains(name))],
            [
                .. run.Steps.Where(step => step.Refusal is not null).Select(step =>
                    new RefusedStep(step.Index, step.Importer, step.Operation, step.Buffer, step.Refusal!)),
            ],
            [.. run.Steps.SelectMany(step => step.Hazards)],
            costs.Aggregate(0UL, (sum, cost) => sum + cost.Migrations),
            costs.Aggregate(0UL, (sum, cost) => sum + cost.BytesCopied),
            costs.Aggregate(0UL, (sum, cost) => sum + cost.ListsBuilt),
            contiguousPeak,
            [.. segments]);
    }
}
