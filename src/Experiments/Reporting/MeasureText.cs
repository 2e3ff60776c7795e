using System.Globalization;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Results;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Reporting;

/// <summary>Formats measures and cases.</summary>
public static class MeasureText
{
    /// <summary>A value of a measure.</summary>
    /// <param name="value">The value; not negative.</param>
    /// <param name="unit">The measure's unit.</param>
    public static string Format(double value, string unit) => unit switch
    {
        "ns" => Times.Format(value),
        "bytes" => Sizes.Format((ulong)value),
        "%" => string.Create(CultureInfo.InvariantCulture, $"{value:0.###} %"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}"),
    };

    /// <summary>A value that may be below 0, such as the end of an interval.</summary>
    public static string Signed(double value, string unit) => value < 0 ? $"-{Format(-value, unit)}" : Format(value, unit);

    /// <summary>An interval of a mean; the unit is said once where that is unambiguous.</summary>
    public static string Range(double low, double high, string unit) => unit == "%"
        ? string.Create(CultureInfo.InvariantCulture, $"{low:0.###} to {high:0.###} %")
        : $"{Signed(low, unit)} to {Signed(high, unit)}";

    /// <summary>A case by its keys and values, such as <c>policy refuse, cma 64MiB</c>.</summary>
    public static string NameOf(Case @case) => @case.Values.IsEmpty
        ? "the only case"
        : string.Join(", ", @case.Values.Select(value => $"{value.Key} {value.Value}"));

    /// <summary>A case by its values alone, such as <c>refuse, 64MiB</c>.</summary>
    public static string ValuesOf(Case @case) => string.Join(", ", @case.Values.Select(value => value.Value).DefaultIfEmpty("the only one"));
}
