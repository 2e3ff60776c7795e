using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Comparing;

/// <summary>Plays one scenario under several policies.</summary>
public static class PolicyComparison
{
    /// <summary>The name for the policies in the scenario's own file.</summary>
    public const string AsWritten = "as written";

    /// <summary>Plays the scenario once for each policy, in its own order.</summary>
    /// <param name="scenario">
    /// The scenario, whose own policies are replaced. A step that it expects to be refused counts neither for nor against a policy.
    /// </param>
    /// <param name="policies">The policies, with their names.</param>
    /// <param name="engineFor">Creates a fresh board for each play.</param>
    /// <param name="cancellationToken">Cancels the plays.</param>
    /// <returns>
    /// Best first: by hazards, importers served, refusals, and costs, in the order of <see cref="PolicyCriterion"/>; then policies that
    /// consider the importers' needs before merely lucky ones; then in the order given.
    /// </returns>
    public static Task<ComparisonReport> PlayAsync(
        Scenario scenario,
        IEnumerable<(string Name, ExporterPolicy Policy)> policies,
        Func<Scenario, Task<IEngine>> engineFor,
        CancellationToken cancellationToken) =>
        PlayEachAsync(scenario, policies.Select(policy => Under(scenario, policy.Name, policy.Policy)), engineFor, cancellationToken);

    /// <summary>Plays the policies and, as a further row, those of the scenario's own file.</summary>
    /// <param name="scenario">The scenario, also played under its own policies.</param>
    /// <param name="policies">The other policies, with their names.</param>
    /// <param name="engineFor">Creates a fresh board for each play.</param>
    /// <param name="cancellationToken">Cancels the plays.</param>
    public static Task<ComparisonReport> PlayWithWrittenAsync(
        Scenario scenario,
        IEnumerable<(string Name, ExporterPolicy Policy)> policies,
        Func<Scenario, Task<IEngine>> engineFor,
        CancellationToken cancellationToken) => PlayEachAsync(
            scenario,
            policies.Select(policy => Under(scenario, policy.Name, policy.Policy)).Prepend((AsWritten, scenario)),
            engineFor,
            cancellationToken);

    private static (string Name, Scenario Played) Under(Scenario scenario, string name, ExporterPolicy policy) =>
        (name, scenario.Under(policy));

    private static async Task<ComparisonReport> PlayEachAsync(
        Scenario scenario,
        IEnumerable<(string Name, Scenario Played)> plays,
        Func<Scenario, Task<IEngine>> engineFor,
        CancellationToken cancellationToken)
    {
        var outcomes = new List<PolicyOutcome>();
        foreach (var (name, played) in plays)
        {
            var engine = new MeteredEngine(await engineFor(played));
            var run = await ScenarioRunner.PlayAsync(played, engine, cancellationToken);
            var outcome = OutcomeOf(name, played, run, engine.ContiguousBytesPeak, await CostsAsync(played, engine));
            outcomes.Add(outcome with { LooksAtImporters = played.Buffers.All(buffer => LooksAtImporters(buffer.Policy)) });
        }

        var sorted = outcomes
            .OrderBy(outcome => outcome.Ranking, RankingOrder.BestFirst)
            .ThenBy(outcome => !outcome.LooksAtImporters)
            .ToImmutableArray();
        return new(
            scenario.Name,
            scenario.Shows,
            scenario.Board.Name,
            sorted,
            PolicyChoice.Explain(sorted, scenario.Importers.Select(importer => importer.Name)));
    }

    private static bool LooksAtImporters(ExporterPolicy policy) =>
        policy.Constraints is ConstraintModel.Rfc3 or ConstraintModel.Translated
        && policy.LateAttach != LateAttach.Accept && !policy.SharesAddresses
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
        var failed = run.Steps.Where(step => step.Outcome != Vocabulary.Ok).ToLookup(step => step.Importer);
        var maps = run.Steps.Where(step =>
            step.Scatterlist is not null && StepKinds.Verbs.TryGetValue(step.Operation, out var kind) && kind.Maps());
        return new(
            policy,
            scenario.Importers.Length,
            [.. scenario.Importers.Select(importer => importer.Name).Where(name => !failed.Contains(name))],
            [
                .. run.Steps.Where(step => step.Refusal is not null).Select(step =>
                    new RefusedStep(step.Index, step.Importer, step.Operation, step.Buffer, step.Refusal!)
                    {
                        Expected = IsExpected(step),
                    }),
            ],
            [.. run.Steps.SelectMany(step => step.Hazards)],
            costs,
            contiguousPeak,
            [
                .. maps.GroupBy(step => (step.Importer, Buffer: step.Buffer!)).Select(of => new SegmentsOf(
                    of.Key.Importer, of.Key.Buffer, of.Last().Scatterlist!.MappedEntryCount)),
            ])
        {
            RefusedAsExpected = [.. scenario.Importers.Select(importer => importer.Name).Where(name => IsOutAsExpected(failed[name]))],
        };
    }

    private static bool IsExpected(StepReport step) => step.Refusal is not null && step.Expected is not (null or Vocabulary.Ok);

    /// <summary>Whether all failed steps were refused as expected, or skipped because of such a refusal.</summary>
    private static bool IsOutAsExpected(IEnumerable<StepReport> failed) =>
        failed.Any(IsExpected) && failed.All(step => IsExpected(step) || step.Outcome == StepReport.Skipped);
}
