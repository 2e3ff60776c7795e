using System.Globalization;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Reporting;

/// <summary>Comparisons of two cases in words.</summary>
public static class ComparedCasesText
{
    /// <summary>The second case against the first: the differing values, then the common ones.</summary>
    public static string NamesOf(ExperimentReport report, CaseComparison comparison)
    {
        var (first, second) = (report.Cases[comparison.First].Case, report.Cases[comparison.Second].Case);
        var values = first.Values.Zip(second.Values).ToLookup(pair => pair.First.Value == pair.Second.Value);
        return string.Join(", ", (string[])
        [
            .. values[false].Select(pair => $"{pair.Second.Key} {pair.Second.Value} against {pair.First.Value}"),
            .. values[true].Select(pair => $"{pair.First.Key} {pair.First.Value}"),
        ]);
    }

    /// <summary>The verdict, and where the difference lies, such as <c>lower by 3 points (2 to 4 points)</c>.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="unit">The unit of the measure that is compared.</param>
    /// <param name="until">The share that does not matter; null when every difference matters.</param>
    public static string Says(CaseComparison comparison, string unit, double? until)
    {
        var isDifference = comparison.Verdict is Verdict.Lower or Verdict.Higher;
        return $"{WordsOf(comparison, unit, until)}{(isDifference ? " " : ", ")}{Range(comparison, unit, isDifference)}";
    }

    private static string WordsOf(CaseComparison comparison, string unit, double? until) => comparison.Verdict switch
    {
        Verdict.Lower => $"lower by {Amount(-comparison.Difference, unit)}",
        Verdict.Higher => $"higher by {Amount(comparison.Difference, unit)}",
        Verdict.WithinTolerance => unit == "%"
            ? $"within {Amount(100 * until!.Value, unit)}"
            : string.Create(CultureInfo.InvariantCulture, $"within {100 * until!.Value:0.###} %"),
        _ => "within noise",
    };

    private static string Range(CaseComparison comparison, string unit, bool isDifference) => (comparison.Low, comparison.High) switch
    {
        (null, _) or (_, null) => "too few repetitions to say more",
        var (low, high) when !isDifference => Range(low.Value, high.Value, unit),
        var (low, high) => $"({(comparison.Verdict == Verdict.Lower ? Range(-high.Value, -low.Value, unit) : Range(low.Value, high.Value, unit))})",
    };

    private static string Range(double low, double high, string unit) =>
        unit == "%" ? $"{Points(low)} to {Points(high)} points" : $"{MeasureText.Signed(low, unit)} to {MeasureText.Signed(high, unit)}";

    /// <summary>An amount with its unit; a difference of shares is in percentage points.</summary>
    internal static string Amount(double value, string unit) => unit != "%" ? MeasureText.Format(value, unit)
        : Points(value) is "1" ? "1 point"
        : $"{Points(value)} points";

    private static string Points(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
