using System.Globalization;
using System.Text.RegularExpressions;
using DmaGrains.Experiments.Results;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>Reads thresholds, such as <c>buffers-refused &lt; 1%</c>.</summary>
internal static partial class ThresholdFields
{
    private const string Form = "a measure, one of <, <=, > and >=, and a value in its unit, such as 'buffers-refused < 1%' or 'time-to-first-map < 20ms'";

    private static readonly OrderedDictionary<string, ThresholdComparison> _comparisons = new()
    {
        ["<"] = ThresholdComparison.Below,
        ["<="] = ThresholdComparison.AtMost,
        [">"] = ThresholdComparison.Above,
        [">="] = ThresholdComparison.AtLeast,
    };

    /// <summary>The threshold; null when it is none, which has been told then.</summary>
    /// <param name="node">The threshold.</param>
    /// <param name="where">Where the experiment is played.</param>
    public static Threshold? Read(FileNode node, ExperimentPlace where)
    {
        if (node is not TextNode text || Parts().Match(text.Value) is not { Success: true } parts)
        {
            return node.Wrong<Threshold?>(Form, null);
        }

        var name = parts.Groups["measure"].Value;
        if (ExperimentMeasures.Find(name) is not { } measure)
        {
            var known = ExperimentMeasures.All.Select(known => known.Name)
                .Concat(ExperimentMeasures.OfGrains.Select(known => known.Name))
                .Concat(ExperimentMeasures.OfStreams.Select(known => $"{known.Name}:STREAM"))
                .Concat(ExperimentMeasures.OfRegions.Select(known => $"{known.Name}:REGION"))
                .ToList();
            node.Place.Report($"there is no measure {Quoted.Text(name)}", MeasureMeant(name, known));
            return null;
        }

        var isOfGrains = ExperimentMeasures.OfGrains.Any(known => known.Name == name);
        if (where == ExperimentPlace.Silo ? !isOfGrains && !ExperimentMeasures.AlsoOfGrains.Contains(name) : isOfGrains)
        {
            node.Place.Report(
                $"there is no measure {Quoted.Text(name)} {(isOfGrains ? "in virtual time" : "on silos: replies do not tell it")}",
                isOfGrains
                    ? "another one, or where: silo"
                    : Quoted.AnyOf([.. ExperimentMeasures.AlsoOfGrains, .. ExperimentMeasures.OfGrains.Select(known => known.Name)]));
            return null;
        }

        return ValueOf(parts.Groups["value"].Value, measure.Unit) is { } value
            ? new(name, _comparisons[parts.Groups["comparison"].Value], value, text.Value)
            : node.Wrong<Threshold?>(
                $"a value of {name} {(measure.Unit.Length == 0 ? "without a unit" : $"in {measure.Unit}")}", null);
    }

    /// <summary>Which measure was expected: the one that may have been meant, or any.</summary>
    public static string MeasureMeant(string name, IReadOnlyCollection<string> known) =>
        Closest.To(name, known) is { } near ? $"{near} or another measure" : Quoted.AnyOf(known);

    private static double? ValueOf(string text, string unit) => unit switch
    {
        "ns" => Times.TryParse(text, out var time) ? time : null,
        "bytes" when Sizes.TryParse(text, out var size) => size,
        "%" when text.EndsWith('%') => Number(text[..^1]),
        "" or "bytes" => Number(text),
        _ => null,
    };

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    [GeneratedRegex(@"^(?<measure>\S+) +(?<comparison><=|>=|<|>) +(?<value>\S+)$")]
    private static partial Regex Parts();
}
