using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Scenarios.Comparing;

/// <summary>Plays one scenario under several policies.</summary>
public static class PolicyComparison
{
    private static readonly Comparer<ImmutableArray<ulong>> _byWeight = Comparer<ImmutableArray<ulong>>.Create(
        (one, other) => one.AsSpan().SequenceCompareTo(other.AsSpan()));

    /// <summary>Plays the scenario once for each policy, in its own order; what it expects is not looked at.</summary>
    /// <param name="scenario">The scenario; its own policies are replaced.</param>
    /// <param name="policies">The policies, with their names.</param>
    /// <param name="engineFor">A fresh board for each play.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// Best first: by hazards, importers served, refusals, and costs, as <see cref="PolicyOutcome"/> weighs them; then policies that
    /// look at what importers need before those that were merely lucky; then in the order given.
    /// </returns>
    public static async Task<ComparisonReport> PlayAsync(
        Scenario scenario,
        IEnumerable<(string Name, ExporterPolicy Policy)> policies,
        Func<Scenario, Task<IEngine>> engineFor,
        CancellationToken cancellationToken)
    {
        var outcomes = new List<(PolicyOutcome Outcome, bool IsLucky)>();
        foreach (var (name, policy) in policies)
        {
            var played = scenario with
            {
                Buffers = [.. scenario.Buffers.Select(buffer => buffer.Under(policy))],
            };
            var engine = new MeteredEngine(await engineFor(played));
            var run = await ScenarioRunner.PlayAsync(played, engine, cancellationToken);
            var outcome = OutcomeOf(name, played, run, engine.ContiguousBytesPeak, await CostsAsync(played, engine));
            outcomes.Add((outcome, !LooksAtImporters(policy)));
        }

        var sorted = outcomes
            .OrderBy(played => played.Outcome.Weights, _byWeight)
            .ThenBy(played => played.IsLucky)
            .Select(played => played.Outcome)
            .ToImmutableArray();
        return new(
            scenario.Name,
            scenario.Shows,
            scenario.Board.Name,
            sorted,
            PolicyChoice.Of(sorted, scenario.Importers.Select(importer => importer.Name)));
    }

    /// <summary>Whether an exporter looks at all that importers state, whenever they come: where it does not, a good outcome is luck.</summary>
    private static bool LooksAtImporters(ExporterPolicy policy) =>
        policy.Constraints is ConstraintModel.Rfc3 or ConstraintModel.Translated
        && policy.LateAttach != LateAttach.Accept && policy.Lists is not (ListSharing.Shared or ListSharing.Exporters)
        && policy.ListCheck == ListCheck.Exact;

    private static async Task<BufferCosts> CostsAsync(Scenario scenario, MeteredEngine engine)
    {
        var costs = default(BufferCosts);
        foreach (var buffer in scenario.Buffers)
        {
            if ((await engine.DescribeAsync(buffer.Name)).TryGetValue(out var known))
            {
                costs = costs.And(known.Costs);
            }
        }

        return costs;
    }

    private static PolicyOutcome OutcomeOf(
        string policy, Scenario scenario, RunReport run, ulong contiguousPeak, BufferCosts costs)
    {
        var failed = run.Steps.Where(step => step.Outcome != StepReport.Ok).Select(step => step.Importer).ToHashSet();
        var maps = run.Steps.Where(step => step.Operation == Words.Of(StepKind.Map) && step.Scatterlist is not null);
        return new(
            policy,
            scenario.Importers.Length,
            [.. scenario.Importers.Select(importer => importer.Name).Where(name => !failed.Contains(name))],
            [
                .. run.Steps.Where(step => step.Refusal is not null).Select(step =>
                    new RefusedStep(step.Index, step.Importer, step.Operation, step.Buffer, step.Refusal!)),
            ],
            [.. run.Steps.SelectMany(step => step.Hazards)],
            costs,
            contiguousPeak,
            [
                .. maps.GroupBy(step => (step.Importer, Buffer: step.Buffer!)).Select(of => new SegmentsOf(
                    of.Key.Importer, of.Key.Buffer, of.Last().Scatterlist!.MappedEntryCount)),
            ]);
    }
}
