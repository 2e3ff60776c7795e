using System.Collections.Immutable;

namespace DmaGrains.Analysis.Comparing;

/// <summary>One scenario under several policies, best first.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Shows">What the scenario shows.</param>
/// <param name="Board">The board it was played on.</param>
/// <param name="Policies">The outcome under each policy, best first.</param>
/// <param name="Choice">Which to choose, and why.</param>
public sealed record ComparisonReport(
    string Scenario, string Shows, string Board, ImmutableArray<PolicyOutcome> Policies, PolicyChoice Choice);
