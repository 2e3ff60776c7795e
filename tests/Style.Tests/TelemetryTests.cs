using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using DmaGrains.Interfaces;

namespace DmaGrains.Style.Tests;

/// <summary>The page and the dashboard about what is measured say what is measured, all of it and nothing else.</summary>
public partial class TelemetryTests
{
    private static readonly string[] _measuring = ["DmaGrains.Storage", "DmaGrains.Grains"];

    private static readonly Lazy<IReadOnlyList<Instrument>> _instruments = new(AllInstruments);

    [Fact]
    public void Page_lists_every_instrument_with_its_kind_and_unit() => Assert.Equal(
        _instruments.Value.Select(instrument => $"{instrument.Name} {KindOf(instrument)} {instrument.Unit}").Order(),
        Row().Matches(Repository.Read("docs/telemetry.md"))
            .Select(row => $"{row.Groups["name"].Value} {row.Groups["kind"].Value} {row.Groups["unit"].Value}").Order());

    [Fact]
    public void Dashboard_shows_every_instrument_and_no_other_of_this_project() => Assert.Equal(
        _instruments.Value.Select(PrometheusNameOf).Order(),
        Expressions().SelectMany(expression => Metric().Matches(expression))
            .Select(metric => Suffix().Replace(metric.Value, string.Empty)).Distinct().Order());

    [Fact]
    public void Panels_are_told_apart()
    {
        var panels = Panels();

        Assert.Distinct(panels.Select(panel => panel.GetProperty("id").GetInt32()));
        Assert.Distinct(panels.Select(panel => panel.GetProperty("title").GetString()));
        Assert.All(_instruments.Value, instrument => Assert.False(string.IsNullOrEmpty(instrument.Description), instrument.Name));
    }

    private static List<Instrument> AllInstruments()
    {
        var found = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == DmaGrainsTelemetry.Name)
            {
                found.Add(instrument);
            }
        };
        listener.Start();
        foreach (var type in _measuring.SelectMany(name => Assembly.Load(name).GetTypes()).Where(type => type.Namespace?.EndsWith(".Measuring", StringComparison.Ordinal) == true && !type.ContainsGenericParameters))
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }

        return found;
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name[..^2] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "Histogram" => "histogram",
        "ObservableUpDownCounter" => "up-down counter",
        "ObservableGauge" => "gauge",
        var other => throw new InvalidOperationException($"{instrument.Name} is a {other}: say here how the page calls it."),
    };

    /// <summary>As OpenTelemetry's exporter names it; a test of the silo sees that it does.</summary>
    private static string PrometheusNameOf(Instrument instrument)
    {
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => string.Empty,
        };
        return $"{instrument.Name.Replace('.', '_')}{unit}{(KindOf(instrument) == "counter" ? "_total" : string.Empty)}";
    }

    private static List<JsonElement> Panels() =>
        [.. JsonDocument.Parse(Repository.Read("packaging/grafana/dmagrains.json")).RootElement.GetProperty("panels").EnumerateArray()];

    private static IEnumerable<string> Expressions() => Panels()
        .SelectMany(panel => panel.TryGetProperty("targets", out var targets) ? targets.EnumerateArray().ToArray() : [])
        .Select(target => target.GetProperty("expr").GetString()!);

    [GeneratedRegex(@"^\| `(?<name>dmagrains\.[a-z_.]+)` \| (?<kind>[a-z -]+) \| `(?<unit>[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    // A label stands before an operator, or between parentheses without one.
    [GeneratedRegex(@"\bdmagrains_[a-z_]+(?=\{)")]
    private static partial Regex Metric();

    [GeneratedRegex(@"_(bucket|sum|count)$")]
    private static partial Regex Suffix();
}
