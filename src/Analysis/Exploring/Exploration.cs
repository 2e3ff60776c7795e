using System.Collections.Immutable;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Analysis.Exploring;

/// <summary>Plays every order of a scenario's steps.</summary>
public static class Exploration
{
    /// <summary>The name of what a scenario's own file says of its policies.</summary>
    public const string AsWritten = "as written";

    /// <summary>Explores a scenario under its own policies.</summary>
    /// <param name="scenario">The scenario; its order, and what it expects, are not looked at.</param>
    /// <param name="options">How, and how far.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops it; what is known by then is answered.</param>
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
    /// <param name="options">How, and how far.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops it; what is known by then is answered.</param>
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
