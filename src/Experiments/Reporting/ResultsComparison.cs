using System.Collections.Immutable;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Reporting;

/// <summary>The comparison of two runs: differences of their input, then of their measures.</summary>
/// <param name="First">The first results folder.</param>
/// <param name="Second">The second.</param>
/// <param name="InputDifferences">Lines of the experiments' files that only the first (<c>-</c>) or only the second (<c>+</c>) has.</param>
/// <param name="OtherDifferences">What else differs, a phrase each, such as the program's version.</param>
/// <param name="IsPaired">Whether repetitions are compared in pairs: both runs have the same seed.</param>
/// <param name="Cases">The common cases.</param>
/// <param name="OnlyInFirst">Names of cases that the second does not have.</param>
/// <param name="OnlyInSecond">Names of cases that the first does not have.</param>
/// <param name="Thresholds">The thresholds of the second experiment's file, and whether the second run meets them.</param>
public sealed record ResultsComparison(
    string First,
    string Second,
    ImmutableArray<string> InputDifferences,
    ImmutableArray<string> OtherDifferences,
    bool IsPaired,
    ImmutableArray<ComparedCase> Cases,
    ImmutableArray<string> OnlyInFirst,
    ImmutableArray<string> OnlyInSecond,
    ImmutableArray<ThresholdReport> Thresholds)
{
    /// <summary>Compares two runs.</summary>
    /// <param name="first">The first.</param>
    /// <param name="second">The second.</param>
    /// <param name="cancellationToken">Cancels the comparison.</param>
    /// <exception cref="ResultsException">One of them has no summary, is damaged, or they have no case in common.</exception>
    public static async Task<ResultsComparison> OfAsync(StoredResults first, StoredResults second, CancellationToken cancellationToken)
    {
        var (one, other) = (first.ReadReport(), second.ReadReport());
        var pairs = PairsOf(one, other);
        if (pairs.Count == 0)
        {
            throw new ResultsException(
                $"{first.Path} and {second.Path} have no case in common: the first has {MeasureText.NameOf(one.Cases[0].Case)}, the second {MeasureText.NameOf(other.Cases[0].Case)}; expected a case with the same values");
        }

        var names = pairs.SelectMany(pair => pair.First.Means.Keys.Intersect(pair.Second.Means.Keys)).ToHashSet();
        var isPaired = first.Run.Seed == second.Run.Seed;
        var looks = one.Until is null && other.Until is null ? Looks.Once : Looks.Often;
        var valuesOfFirst = await StoredMeasures.ReadAsync(first.Path, names, cancellationToken);
        var valuesOfSecond = await StoredMeasures.ReadAsync(second.Path, names, cancellationToken);
        return new(
            first.Path,
            second.Path,
            DifferencesOf(first.ReadInput(), second.ReadInput()),
            OthersOf(first, second),
            isPaired,
            [.. pairs.Select(pair => ComparedCase.Of(pair.First, pair.Second, valuesOfFirst, valuesOfSecond, isPaired, looks))],
            [.. one.Cases.Except(pairs.Select(pair => pair.First)).Select(each => MeasureText.NameOf(each.Case))],
            [.. other.Cases.Except(pairs.Select(pair => pair.Second)).Select(each => MeasureText.NameOf(each.Case))],
            other.Thresholds);
    }

    /// <summary>Pairs of cases with the same values; if each run has a single case, that pair.</summary>
    private static List<(CaseReport First, CaseReport Second)> PairsOf(ExperimentReport one, ExperimentReport other)
    {
        if (one.Cases.Length == 1 && other.Cases.Length == 1)
        {
            return [(one.Cases[0], other.Cases[0])];
        }

        var ofOther = other.Cases.GroupBy(each => MeasureText.NameOf(each.Case)).ToDictionary(same => same.Key, same => same.First());
        return [.. one.Cases.Where(each => ofOther.ContainsKey(MeasureText.NameOf(each.Case))).Select(each => (each, ofOther[MeasureText.NameOf(each.Case)]))];
    }

    private static ImmutableArray<string> DifferencesOf(string first, string second) =>
    [
        .. InlineDiffBuilder.Diff(first, second).Lines
            .Where(line => line.Type is ChangeType.Deleted or ChangeType.Inserted)
            .Select(line => $"{(line.Type == ChangeType.Deleted ? '-' : '+')} {line.Text}"),
    ];

    private static ImmutableArray<string> OthersOf(StoredResults first, StoredResults second)
    {
        var others = ImmutableArray.CreateBuilder<string>();
        var (one, other) = (first.Run, second.Run);
        if (one.Version != other.Version)
        {
            others.Add($"version {one.Version} and {other.Version}");
        }

        if (one.Deciding != other.Deciding)
        {
            others.Add($"compared {one.Deciding.Words} and {other.Deciding.Words}");
        }

        if (first.Report?.WarmUp is { } begins && second.Report?.WarmUp is { } otherBegins && begins.Nanoseconds != otherBegins.Nanoseconds)
        {
            others.Add($"measured from {Times.Format(begins.Nanoseconds)} on and from {Times.Format(otherBegins.Nanoseconds)} on, so counts differ, too");
        }

        foreach (var file in one.Files.Select(file => file.Reference).Intersect(other.Files.Select(file => file.Reference)))
        {
            if (first.ReadFile(file) != second.ReadFile(file))
            {
                others.Add($"the file {file}");
            }
        }

        return others.ToImmutable();
    }
}

/// <summary>A case that two runs have.</summary>
/// <param name="Case">Its name.</param>
/// <param name="FirstRepetitions">How many repetitions the first run has.</param>
/// <param name="SecondRepetitions">How many the second has.</param>
/// <param name="Measures">The measures that both have, in the order of docs/experiment-format.md.</param>
public sealed record ComparedCase(string Case, int FirstRepetitions, int SecondRepetitions, ImmutableArray<ComparedMeasure> Measures)
{
    internal static ComparedCase Of(
        CaseReport first, CaseReport second, StoredMeasures valuesOfFirst, StoredMeasures valuesOfSecond, bool isPaired, Looks looks)
    {
        var known = ExperimentMeasures.All.Concat(ExperimentMeasures.OfGrains).Select(measure => measure.Name).ToList();
        var names = first.Means.Keys.Intersect(second.Means.Keys).OrderBy(name => known.IndexOf(name) is var at and >= 0 ? at : int.MaxValue).ThenBy(name => name, StringComparer.Ordinal);
        return new(
            MeasureText.NameOf(second.Case),
            first.Repetitions,
            second.Repetitions,
            [.. names.Select(name => ComparedMeasure.Of(name, valuesOfFirst.Of(first.Case.Index, name), valuesOfSecond.Of(second.Case.Index, name), isPaired, looks))]);
    }
}

/// <summary>A measure that two runs have.</summary>
/// <param name="Measure">Its name.</param>
/// <param name="First">The first run's mean.</param>
/// <param name="Second">The second's.</param>
/// <param name="Difference">Second minus first, of the repetitions that are compared; in percentage points for a measure in percent.</param>
/// <param name="Low">The lower end of the interval of the true difference; null with too few repetitions.</param>
/// <param name="High">The upper end; null with too few repetitions.</param>
/// <param name="Verdict">Lower, higher, or within noise.</param>
public sealed record ComparedMeasure(string Measure, double First, double Second, double Difference, double? Low, double? High, Verdict Verdict)
{
    internal static ComparedMeasure Of(
        string name, IReadOnlyDictionary<int, double> first, IReadOnlyDictionary<int, double> second, bool isPaired, Looks looks)
    {
        var interval = isPaired ? Paired(first, second, looks) : StudentInterval.Unpaired([.. first.Values], [.. second.Values], Stopping.UsualConfidence);
        return new(
            name,
            first.Values.DefaultIfEmpty().Average(),
            second.Values.DefaultIfEmpty().Average(),
            double.IsFinite(interval.Mean) ? interval.Mean : 0,
            interval.IsKnown ? interval.Low : null,
            interval.IsKnown ? interval.High : null,
            interval.High < 0 ? Verdict.Lower : interval.Low > 0 ? Verdict.Higher : Verdict.WithinNoise);
    }

    /// <summary>Repetitions of one index have the same random numbers.</summary>
    private static Interval Paired(IReadOnlyDictionary<int, double> first, IReadOnlyDictionary<int, double> second, Looks looks)
    {
        double[] differences = [.. first.Where(value => second.ContainsKey(value.Key)).Select(value => second[value.Key] - value.Value)];
        return looks == Looks.Once
            ? StudentInterval.Of(differences, Stopping.UsualConfidence)
            : ConfidenceSequence.Of(differences, Stopping.UsualConfidence);
    }
}
