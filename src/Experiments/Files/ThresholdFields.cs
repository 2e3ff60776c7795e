using System.Globalization;
using System.Text.RegularExpressions;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>Reads thresholds, such as <c>buffers-refused &lt; 1%</c>.</summary>
internal static partial class ThresholdFields
{
    private const string Form = "a measure, one of <, <=, > and >=, and a value in its unit, such as 'buffers-refused < 1%' or 'time-to-first-map < 20ms'";

    private static readonly Vocabulary<ThresholdComparison> _comparisons = new()
    {
        ["<"] = ThresholdComparison.Below,
        ["<="] = ThresholdComparison.AtMost,
        [">"] = ThresholdComparison.Above,
        [">="] = ThresholdComparison.AtLeast,
    };

    /// <summary>Reads a threshold; null, with a problem reported, when malformed.</summary>
    /// <param name="node">The threshold.</param>
    /// <param name="measures">Finds its measure.</param>
    public static Threshold? Read(FileNode node, MeasureFields measures)
    {
        if (node is not TextNode text || Parts().Match(text.Value) is not { Success: true } parts)
        {
            return node.Wrong<Threshold?>(Form, null);
        }

        // A region or stream may exist in some cases only; the others do not fail for lacking it.
        var name = parts.Groups["measure"].Value;
        if (measures.Find(node, name, ofEachCase: false) is not { } measure)
        {
            return null;
        }

        return ValueOf(parts.Groups["value"].Value, measure.Unit) is { } value
            ? new(name, _comparisons[parts.Groups["comparison"].Value], value, text.Value)
            : node.Wrong<Threshold?>(
                $"a value of {name} {(measure.Unit.Length == 0 ? "without a unit" : $"in {measure.Unit}")}", null);
    }

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
