using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Reporting;

/// <summary>Which policy, or other value, is best, and why, in a sentence or two.</summary>
public static class ExperimentAnswer
{
    private const int ContextsShown = 4;

    /// <summary>The answer; it says so when something is not known.</summary>
    public static string Of(ExperimentReport report)
    {
        var soFar = report.IsComplete ? string.Empty : "Broken off; so far: ";
        if (report.Cases.All(each => each.Means.IsEmpty))
        {
            return $"{soFar}nothing has come to an end.";
        }

        return soFar + (report.Comparisons.IsEmpty ? WithoutComparison(report) : Compared(report));
    }

    private static string WithoutComparison(ExperimentReport report)
    {
        var measured = report.Cases.Where(each => each.Means.ContainsKey(report.Measure)).ToList();
        if (measured.Count != 1)
        {
            return $"Nothing is compared: no two cases differ in one value alone, or not all have come to an end. By {report.Measure} see the table.";
        }

        var only = measured[0];
        var often = only.Refusals is [var first, ..] ? $" Refused most often: {Kind(first)}, {Times(first.Count)}." : string.Empty;
        return $"{report.Measure} is {Value(only, report.Measure)}.{often}";
    }

    private static string Compared(ExperimentReport report)
    {
        var compared = report.Comparisons.Select(comparison => Pair.Of(report, comparison)).ToList();
        var key = compared[0].Key;
        var pairs = compared.Where(pair => pair.Key == key).ToList();
        if (pairs.TrueForAll(pair => pair.Winner is null))
        {
            return Undecided(report, key, pairs);
        }

        var contexts = pairs.GroupBy(pair => pair.Context).Select(context => (context.Key, Best: BestOf([.. context]))).ToList();
        var best = contexts.Select(context => context.Best).Aggregate((some, others) => [.. some.Intersect(others)]);
        return best.IsEmpty
            ? $"It depends. By {report.Measure} the best {key} is {string.Join("; ", contexts.Take(ContextsShown).Select(context => $"{Or(context.Best)} with {context.Key}"))}"
                + (contexts.Count > ContextsShown ? $"; and so on for {contexts.Count - ContextsShown} more." : ".")
            : $"Use {key} {Or(best)}: {Because(report, pairs, best)}";
    }

    private static string Undecided(ExperimentReport report, string key, List<Pair> pairs)
    {
        var unit = ExperimentMeasures.Find(report.Measure)?.Unit ?? string.Empty;
        return pairs.TrueForAll(pair => pair.Comparison.Verdict == Verdict.WithinTolerance)
            ? $"It does not matter: whatever the {key}, {report.Measure} is the same, {ComparedCasesText.Says(pairs[0].Comparison, unit, report.Until)}."
            : pairs.Exists(pair => pair.Comparison.Low is null)
                ? $"Not decided: there are too few repetitions to tell whether the {key} matters for {report.Measure}."
                : $"Not decided: what the {key} changes in {report.Measure} is within noise; more repetitions would tell.";
    }

    /// <summary>The values that no other value beats.</summary>
    private static ImmutableArray<string> BestOf(List<Pair> pairs)
    {
        var beaten = pairs.Where(pair => pair.Winner is not null).Select(pair => pair.Loser).ToHashSet();
        return [.. pairs.SelectMany(pair => (string[])[pair.FirstValue, pair.SecondValue]).Distinct().Where(value => !beaten.Contains(value))];
    }

    /// <summary>The reason, by the clearest comparison that one of the best values has won.</summary>
    private static string Because(ExperimentReport report, List<Pair> pairs, ImmutableArray<string> best)
    {
        var clearest = pairs.Where(pair => pair.Winner is { } winner && best.Contains(winner)).MaxBy(pair => Math.Abs(pair.Comparison.Difference));
        if (clearest.Winner is not { } winnerName)
        {
            return $"nothing is better by {report.Measure}.";
        }

        var (winner, loser) = clearest.Winner == clearest.FirstValue
            ? (report.Cases[clearest.Comparison.First], report.Cases[clearest.Comparison.Second])
            : (report.Cases[clearest.Comparison.Second], report.Cases[clearest.Comparison.First]);
        var under = clearest.Key == "policy" ? "under" : "with";
        var where = clearest.Context.Length == 0 ? string.Empty : $"with {clearest.Context} ";
        return $"{where}{report.Measure} is {Value(winner, report.Measure)} {under} {winnerName}, and {Value(loser, report.Measure)} {under} {clearest.Loser}."
            + Reason(report.Measure, winner, $"{under} {clearest.Winner}", loser, $"{under} {clearest.Loser}");
    }

    /// <summary>The refusal or hazard that accounts for most of the difference.</summary>
    private static string Reason(string measure, CaseReport winner, string underWinner, CaseReport loser, string underLoser)
    {
        var (more, less) = measure == "hazards"
            ? (loser.Hazards.Select(sum => ($"{sum.Kind} of {sum.Importer}", sum.Count)), winner.Hazards.Select(sum => ($"{sum.Kind} of {sum.Importer}", sum.Count)))
            : measure.Contains("refused", StringComparison.Ordinal)
                ? (loser.Refusals.Select(sum => (Kind(sum), sum.Count)), winner.Refusals.Select(sum => (Kind(sum), sum.Count)))
                : ([], Enumerable.Empty<(string, ulong)>());
        var before = less.ToLookup(each => each.Item1, each => each.Item2);
        var most = more.Select(each => (each.Item1, each.Item2, Less: before[each.Item1].Aggregate(0UL, (sum, count) => sum + count)))
            .OrderByDescending(each => (double)each.Item2 - each.Less)
            .FirstOrDefault();
        return most.Item1 is null || most.Item2 <= most.Less
            ? string.Empty
            : $" What makes most of it is {most.Item1}: {Times(most.Item2)} {underLoser}, {Times(most.Less)} {underWinner}.";
    }

    private static string Kind(RefusalSum refusal) =>
        $"{refusal.Step} with {refusal.Errno}{(refusal.Importer.Length == 0 ? string.Empty : $" for {refusal.Importer}")}"
        + (refusal.Field.Length == 0 ? string.Empty : $" ({refusal.Field})");

    private static string Times(ulong count) => count == 0 ? "never" : count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{count} times");

    private static string Value(CaseReport of, string measure)
    {
        var unit = ExperimentMeasures.Find(measure)?.Unit ?? string.Empty;
        var interval = of.Intervals.TryGetValue(measure, out var range) && range.Low != range.High ? $" ({MeasureText.Range(range.Low, range.High, unit)})" : string.Empty;
        return MeasureText.Format(of.Means[measure], unit) + interval;
    }

    private static string Or(ImmutableArray<string> values) => values.Length == 1 ? values[0] : $"{string.Join(", ", values[..^1])} or {values[^1]}";

    /// <summary>A comparison of two cases that differ in the value of one key.</summary>
    private readonly record struct Pair(CaseComparison Comparison, string Key, string FirstValue, string SecondValue, string Context, string? Winner)
    {
        public string Loser => Winner == FirstValue ? SecondValue : FirstValue;

        public static Pair Of(ExperimentReport report, CaseComparison comparison)
        {
            var pairs = report.Cases[comparison.First].Case.Values.Zip(report.Cases[comparison.Second].Case.Values).ToList();
            var (first, second) = pairs.First(pair => pair.First.Value != pair.Second.Value);
            var context = string.Join(", ", pairs.Where(pair => pair.First.Value == pair.Second.Value).Select(pair => $"{pair.First.Key} {pair.First.Value}"));
            var isLowBetter = ExperimentMeasures.Find(report.Measure)?.Better;
            var winner = (comparison.Verdict, isLowBetter) switch
            {
                (Verdict.Lower, Better.Lower) or (Verdict.Higher, Better.Higher) => second.Value,
                (Verdict.Higher, Better.Lower) or (Verdict.Lower, Better.Higher) => first.Value,
                _ => null,
            };
            return new(comparison, first.Key, first.Value, second.Value, context, winner);
        }
    }
}
