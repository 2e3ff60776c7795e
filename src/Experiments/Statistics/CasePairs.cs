using System.Collections.Immutable;
using DmaGrains.Experiments.Results;

namespace DmaGrains.Experiments.Statistics;

/// <summary>Which cases of a matrix are compared with each other.</summary>
public static class CasePairs
{
    private const string Policy = "policy";

    /// <summary>
    /// Pairs that differ in the policy alone; if the matrix does not vary the policy, pairs that differ in one value. Pairs that differ in
    /// more say nothing about a single value, and every further pair widens all intervals.
    /// </summary>
    /// <param name="cases">The cases of an experiment.</param>
    /// <returns>Positions in <paramref name="cases"/>, the earlier first; empty when there is nothing to compare.</returns>
    public static ImmutableArray<(int First, int Second)> Of(IReadOnlyList<Case> cases)
    {
        var pairs = ImmutableArray.CreateBuilder<(int, int)>();
        for (var first = 0; first < cases.Count; first++)
        {
            for (var second = first + 1; second < cases.Count; second++)
            {
                if (OnlyDifference(cases[first], cases[second]) is not null)
                {
                    pairs.Add((first, second));
                }
            }
        }

        var ofPolicies = pairs.Where(pair => OnlyDifference(cases[pair.Item1], cases[pair.Item2]) == Policy).ToImmutableArray();
        return ofPolicies.IsEmpty ? pairs.ToImmutable() : ofPolicies;
    }

    /// <summary>The only key whose values differ; null when there is not exactly one.</summary>
    private static string? OnlyDifference(Case first, Case second)
    {
        var different = first.Values.Zip(second.Values).Where(pair => pair.First.Value != pair.Second.Value).Select(pair => pair.First.Key).ToList();
        return different is [var only] ? only : null;
    }
}
