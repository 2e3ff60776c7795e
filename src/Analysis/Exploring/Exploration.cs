using System.Collections.Immutable;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Analysis.Exploring;

/// <summary>Plays every order of a scenario's steps.</summary>
public static class Exploration
{
    /// <summary>The name for the policies in the scenario's own file.</summary>
    public const string AsWritten = "as written";

    /// <summary>Explores a scenario under its own policies.</summary>
    /// <param name="scenario">The scenario; its order and expectations are ignored.</param>
    /// <param name="options">The options and limits.</param>
    /// <param name="progress">Called with the progress from time to time.</param>
    /// <param name="cancellation">Stops the exploration, which returns what it knows by then.</param>
    public static ExploredPolicy Play(
        Scenario scenario,
        ExplorationOptions options,
        Action<ExplorationProgress>? progress = null,
        CancellationToken cancellation = default) => ExploredPolicy.Of(
            AsWritten, scenario, options, (board, before) => board.AssertInvariants(before), progress ?? (_ => { }), cancellation);

    /// <summary>Explores a scenario under another policy.</summary>
    /// <param name="scenario">The scenario; its own policies are replaced.</param>
    /// <param name="name">The policy's name.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="options">The options and limits.</param>
    /// <param name="progress">Called with the progress from time to time.</param>
    /// <param name="cancellation">Stops the exploration, which returns what it knows by then.</param>
    public static ExploredPolicy Play(
        Scenario scenario,
        string name,
        ExporterPolicy policy,
        ExplorationOptions options,
        Action<ExplorationProgress>? progress = null,
        CancellationToken cancellation = default) => ExploredPolicy.Of(
            name,
            scenario.Under(policy),
            options,
            (board, before) => board.AssertInvariants(before),
            progress ?? (_ => { }),
            cancellation);

    /// <summary>The report of a scenario under several policies.</summary>
    public static ExplorationReport ReportOf(
        Scenario scenario, ImmutableArray<string> faults, IEnumerable<ExploredPolicy> policies) => new(
            scenario.Name, scenario.Shows, scenario.Board.Name, faults, [.. policies.Select(policy => policy.Report)]);
}
