using System.Globalization;
using System.Text.RegularExpressions;

namespace DmaGrains.Silo.Tests.Telemetry;

/// <summary>What <c>/metrics</c> says.</summary>
internal sealed partial class PrometheusText
{
    private readonly List<(string Name, string Labels, double Value)> _samples = [];

    public PrometheusText(string text)
    {
        Text = text;
        foreach (Match line in Sample().Matches(text))
        {
            _samples.Add((line.Groups["name"].Value, line.Groups["labels"].Value, double.Parse(line.Groups["value"].Value, CultureInfo.InvariantCulture)));
        }

        Families = [.. Family().Matches(text).Select(line => line.Groups["name"].Value)];
    }

    /// <summary>All of it.</summary>
    public string Text { get; }

    /// <summary>The names of all metrics.</summary>
    public HashSet<string> Families { get; }

    /// <summary>The names of a metric's labels.</summary>
    public IEnumerable<string> LabelsOf(string family) => _samples
        .Where(sample => sample.Name == family || sample.Name == $"{family}_bucket")
        .SelectMany(sample => Label().Matches(sample.Labels).Select(label => label.Groups["name"].Value))
        .Distinct();

    /// <summary>The values of a metric, each with the values of its labels in the order of their names, as in <c>attach granted = 1</c>.</summary>
    public IEnumerable<string> Of(string name) => _samples.Where(sample => sample.Name == name)
        .Select(sample => string.Create(CultureInfo.InvariantCulture, $"{WordsOf(sample.Labels)} = {sample.Value}"))
        .Order(StringComparer.Ordinal);

    private static string WordsOf(string labels) => string.Join(' ', Label().Matches(labels)
        .Where(label => label.Groups["name"].Value != "otel_scope_name")
        .OrderBy(label => label.Groups["name"].Value, StringComparer.Ordinal)
        .Select(label => label.Groups["value"].Value));

    [GeneratedRegex(@"^# TYPE (?<name>\S+) ", RegexOptions.Multiline)]
    private static partial Regex Family();

    [GeneratedRegex(@"^(?<name>[a-z_]+)(\{(?<labels>[^}]*)\})? (?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"(?<name>[a-z_]+)=""(?<value>[^""]*)""")]
    private static partial Regex Label();
}
