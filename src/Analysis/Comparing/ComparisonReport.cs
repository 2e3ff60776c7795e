using System.Collections.Immutable;

namespace DmaGrains.Analysis.Comparing;

/// <summary>One scenario under several policies, the one to choose first.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Shows">What it is there to show.</param>
/// <param name="Board">The board it was played on.</param>
/// <param name="Policies">What came of it under each policy, best first.</param>
/// <param name="Choice">Which to choose, and why.</param>
public sealed record ComparisonReport(
    string Scenario, string Shows, string Board, ImmutableArray<PolicyOutcome> Policies, PolicyChoice Choice);
