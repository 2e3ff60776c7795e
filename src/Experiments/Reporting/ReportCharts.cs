using System.Collections.Immutable;
using System.Text.Json;
using DmaGrains.Experiments.Results;
using DmaGrains.Model;

namespace DmaGrains.Experiments.Reporting;

/// <summary>The data of a report's charts, for its script.</summary>
internal static class ReportCharts
{
    private const int PointsMax = 200;
    private const int RegionsMax = 4;
    private const double MiB = 1 << 20;
    private const double Millisecond = 1e6;

    private static readonly JsonSerializerOptions _options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The data as JSON. Its encoder escapes every character that could end a script.</summary>
    public static string Of(ExperimentReport report, IReadOnlyList<MemorySample> samples)
    {
        var cases = report.Cases.Where(each => each.Means.ContainsKey(report.Measure)).Take(ReportPage.ChartedCasesMax).ToList();
        var (unit, scale) = ExperimentMeasures.Find(report.Measure)?.Unit switch
        {
            "bytes" => ("MiB", MiB),
            "ns" => ("ms", Millisecond),
            var other => (other, 1),
        };
        return JsonSerializer.Serialize(
            new
            {
                Measure = HarmlessText.Of(report.Measure),
                Unit = unit,
                Cases = cases.Select(each => new
                {
                    Name = HarmlessText.Short(MeasureText.ValuesOf(each.Case), 60),
                    Mean = each.Means[report.Measure] / scale,
                    Low = each.Intervals.GetValueOrDefault(report.Measure)?.Low / scale,
                    High = each.Intervals.GetValueOrDefault(report.Measure)?.High / scale,
                }),
                Times = PercentilesOf(cases, each => each.TimesToFirstMap),
                Latencies = PercentilesOf(cases, each => each.Latencies),
                Regions = RegionsOf(samples).Select(region => new
                {
                    Name = HarmlessText.Of(region),
                    Cases = samples.Where(sample => sample.Region == region).GroupBy(sample => sample.Case).Select(ofCase => Series(report, ofCase.Key, [.. ofCase])),
                }),
            },
            _options);
    }

    /// <summary>The regions that memory was taken from, the fullest first.</summary>
    public static ImmutableArray<string> RegionsOf(IEnumerable<MemorySample> samples) =>
    [
        .. samples.GroupBy(sample => (sample.Region, sample.Case))
            .Select(of => (of.Key.Region, Least: of.Min(sample => sample.FreeBytes), Most: of.Max(sample => sample.FreeBytes)))
            .Where(of => of.Least != of.Most)
            .OrderBy(of => (double)of.Least / of.Most)
            .Select(of => of.Region)
            .Distinct()
            .Take(RegionsMax),
    ];

    private static object? PercentilesOf(List<CaseReport> cases, Func<CaseReport, TimePercentiles?> times)
    {
        var known = cases.Where(each => times(each) is { MaxNanoseconds: > 0 }).ToList();
        return known.Count == 0 ? null : new
        {
            Percents = times(known[0])!.Percentiles.Select(percentile => $"{percentile.Percent.ToString(System.Globalization.CultureInfo.InvariantCulture)} %").Append("all"),
            Cases = known.Select(each => new
            {
                Name = HarmlessText.Short(MeasureText.ValuesOf(each.Case), 60),
                Values = times(each)!.Percentiles.Select(percentile => percentile.Nanoseconds / Millisecond).Append(times(each)!.MaxNanoseconds / Millisecond),
            }),
        };
    }

    /// <summary>A bounded number of points: of neighbours, the one with the shortest longest free run.</summary>
    private static object Series(ExperimentReport report, int @case, ImmutableArray<MemorySample> samples)
    {
        var together = (samples.Length + PointsMax - 1) / PointsMax;
        var points = samples.Chunk(Math.Max(1, together)).Select(chunk => chunk.MinBy(sample => sample.LargestFreeBytes)).ToList();
        return new
        {
            Name = HarmlessText.Short(MeasureText.ValuesOf(report.Cases[@case].Case), 60),
            Seconds = points.Select(point => Math.Round(point.AtNanoseconds / 1e9, 4)),
            Free = points.Select(point => Math.Round(point.FreeBytes / MiB, 3)),
            Largest = points.Select(point => Math.Round(point.LargestFreeBytes / MiB, 3)),
        };
    }
}
