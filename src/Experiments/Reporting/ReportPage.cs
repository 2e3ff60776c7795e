using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Results;
using DmaGrains.Model;

namespace DmaGrains.Experiments.Reporting;

/// <summary>
/// Writes <c>report.html</c>: one file with the answer in its first line, then tables, then charts. It loads nothing, and runs only the
/// scripts whose hashes it states.
/// </summary>
public static class ReportPage
{
    /// <summary>The most cases with charts.</summary>
    public const int ChartedCasesMax = 8;

    /// <summary>The most cases with rows; the summary has all.</summary>
    private const int CasesMax = 50;

    private const int ReasonsMax = 5;

    private static readonly Lazy<string> _style = new(() => Resource("report.css"));
    private static readonly Lazy<string> _library = new(() => Resource("chart.js"));
    private static readonly Lazy<string> _script = new(() => Resource("report.js"));
    private static readonly Lazy<string> _licence = new(() => Resource("chart.LICENSE.md"));

    private static readonly string[] _main =
    [
        "buffers-refused", "refused-by-fragmentation", "hazards", "time-to-first-map", "bytes-copied", "contiguous-used-mean", "contiguous-used-max",
        "commands-a-second", "latency-p50", "latency-p99", "sent-again", "silos-lost", "buffers", "commands",
    ];

    /// <summary>The page.</summary>
    /// <param name="report">The results of an experiment.</param>
    /// <param name="samples">Memory over time, of the first few cases.</param>
    public static string Of(ExperimentReport report, IReadOnlyList<MemorySample> samples)
    {
        var page = new StringBuilder();
        AppendHead(page, report);
        AppendAnswer(page, report);
        AppendMeasures(page, report);
        AppendComparisons(page, report);
        AppendThresholds(page, report);
        AppendReasons(page, report);
        AppendTimes(page, "Time to the first map", report, each => each.TimesToFirstMap);
        AppendTimes(page, "Latency, from when a command was due", report, each => each.Latencies);
        AppendCharts(page, report, samples);
        AppendAllMeasures(page, report);
        AppendEnd(page, report, samples);
        return page.ToString();
    }

    private static void AppendHead(StringBuilder page, ExperimentReport report) => page.Append(
        CultureInfo.InvariantCulture,
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none'; style-src '{HashOf(_style.Value)}'; script-src '{HashOf(_library.Value)}' '{HashOf(_script.Value)}'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(report.Experiment)}</title>
        <style>{_style.Value}</style>
        </head>
        <body>

        """);

    private static void AppendAnswer(StringBuilder page, ExperimentReport report)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Text(ExperimentAnswer.Of(report))}</h1>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p>{Text(report.Question)}</p>\n");
        var warmUp = report.WarmUp switch
        {
            null => string.Empty,
            { Nanoseconds: 0, HasSettled: true } => ", measured from the start on",
            { HasSettled: true } => $", measured from {Times.Format(report.WarmUp.Nanoseconds)} on",
            _ => $", measured from {Times.Format(report.WarmUp.Nanoseconds)} on, but boards had not settled by then: play longer",
        };
        page.Append(
            CultureInfo.InvariantCulture,
            $"""
            <p class="faint">{Text(report.Experiment)}: {Counted.Of((ulong)report.Cases.Length, "case")}, {Counted.Of((ulong)report.Repetitions, "repetition")} of each, seed {report.Seed}{warmUp}. Intervals contain the true mean 19 times in 20.</p>

            """);
        if (report.Cases.Length > CasesMax)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"faint\">The tables have the first {CasesMax} cases; summary.json has all.</p>\n");
        }
    }

    private static void AppendMeasures(StringBuilder page, ExperimentReport report)
    {
        var names = _main.Prepend(report.Measure).Distinct()
            .Where(name => report.Cases.Any(each => each.Means.TryGetValue(name, out var mean) && (mean != 0 || name == report.Measure)));
        AppendTable(page, "Measures", ["case", .. names], report.Cases.Take(CasesMax).Select(each =>
            (string[])[Text(MeasureText.ValuesOf(each.Case)), .. names.Select(name => Mean(each, name))]));
    }

    private static void AppendComparisons(StringBuilder page, ExperimentReport report)
    {
        var unit = ExperimentMeasures.Find(report.Measure)?.Unit ?? string.Empty;
        AppendTable(
            page,
            $"Compared by {report.Measure}",
            ["cases", "verdict"],
            report.Comparisons.Take(CasesMax).Select(comparison => (string[])
            [
                Text(ComparedCasesText.NamesOf(report, comparison)), Text(ComparedCasesText.Says(comparison, unit, report.Until)),
            ]));
    }

    private static void AppendThresholds(StringBuilder page, ExperimentReport report) => AppendTable(
        page,
        "Thresholds",
        ["threshold", "result"],
        report.Thresholds.Select(threshold => (string[])
        [
            Text(threshold.Threshold),
            threshold.IsMet
                ? "<span class=\"good\">met</span>"
                : $"<span class=\"bad\">not met</span> by {Text(string.Join("; ", threshold.NotMetBy.Select(index => MeasureText.NameOf(report.Cases[index].Case))))}",
        ]));

    private static void AppendReasons(StringBuilder page, ExperimentReport report)
    {
        AppendTable(
            page,
            "Why steps were refused",
            ["case", "step", "errno", "importer", "field", "times", "by fragmentation"],
            report.Cases.Take(CasesMax).SelectMany(each => each.Refusals.Take(ReasonsMax).Select(refusal => (string[])
            [
                Text(MeasureText.ValuesOf(each.Case)), Text(refusal.Step), Text(refusal.Errno), Text(refusal.Importer), Text(refusal.Field),
                Number(refusal.Count), Number(refusal.OfThemFragmented),
            ])));
        AppendTable(
            page,
            "What went wrong silently",
            ["case", "hazard", "importer", "field", "times"],
            report.Cases.Take(CasesMax).SelectMany(each => each.Hazards.Take(ReasonsMax).Select(hazard => (string[])
            [
                Text(MeasureText.ValuesOf(each.Case)), Text(hazard.Kind), Text(hazard.Importer), Text(hazard.Field), Number(hazard.Count),
            ])));
    }

    private static void AppendTimes(StringBuilder page, string title, ExperimentReport report, Func<CaseReport, TimePercentiles?> times)
    {
        var known = report.Cases.Where(each => times(each) is { MaxNanoseconds: > 0 }).Take(CasesMax).ToList();
        if (known.Count == 0)
        {
            return;
        }

        var percents = times(known[0])!.Percentiles.Select(percentile => string.Create(CultureInfo.InvariantCulture, $"{percentile.Percent} %"));
        AppendTable(page, title, ["case", .. percents, "longest"], known.Select(each => (string[])
        [
            Text(MeasureText.ValuesOf(each.Case)),
            .. times(each)!.Percentiles.Select(percentile => Times.Format(percentile.Nanoseconds)),
            Times.Format(times(each)!.MaxNanoseconds),
        ]));
    }

    private static void AppendCharts(StringBuilder page, ExperimentReport report, IReadOnlyList<MemorySample> samples)
    {
        page.Append("<h2>Charts</h2>\n<noscript><p>Charts need scripts; the tables have their numbers.</p></noscript>\n");
        if (report.Cases.Length > ChartedCasesMax)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"faint\">Of the first {ChartedCasesMax} cases.</p>\n");
        }

        AppendChart(page, "chart-measure", $"{report.Measure} of each case, and where its true mean lies");
        if (report.Cases.Any(each => each.TimesToFirstMap is { MaxNanoseconds: > 0 }))
        {
            AppendChart(page, "chart-times", "Time from a buffer's arrival to its first map");
        }

        if (report.Cases.Any(each => each.Latencies is { MaxNanoseconds: > 0 }))
        {
            AppendChart(page, "chart-latencies", "Time from when a command was due to its reply");
        }

        foreach (var (index, region) in ReportCharts.RegionsOf(samples).Index())
        {
            AppendChart(page, $"chart-region-{index}", $"Free memory of region {region} (dashed: its longest free run), first board of the first repetition");
        }
    }

    private static void AppendChart(StringBuilder page, string id, string title) => page.Append(
        CultureInfo.InvariantCulture,
        $"<figure><figcaption>{Text(title)}</figcaption><div class=\"plot\"><canvas id=\"{id}\" role=\"img\" aria-label=\"{Text(title)}\"></canvas></div></figure>\n");

    private static void AppendAllMeasures(StringBuilder page, ExperimentReport report)
    {
        ImmutableArray<string> names = [.. report.Cases.SelectMany(each => each.Means.Keys).Distinct().Order(StringComparer.Ordinal)];
        var cases = report.Cases.Take(ChartedCasesMax).ToList();
        page.Append("<details><summary>All measures</summary>\n");
        AppendTable(page, null, ["measure", .. cases.Select(each => MeasureText.ValuesOf(each.Case)), "what it is"], names.Select(name =>
            (string[])[Text(name), .. cases.Select(each => Mean(each, name)), Text(ExperimentMeasures.Find(name)?.Says ?? string.Empty)]));
        page.Append("</details>\n");
    }

    private static void AppendEnd(StringBuilder page, ExperimentReport report, IReadOnlyList<MemorySample> samples) => page.Append(
        CultureInfo.InvariantCulture,
        $"""
        <footer>DmaGrains {Text(RunRecord.ThisVersion)}. Charts by Chart.js, under this licence: <details><summary>MIT</summary><p>{Text(_licence.Value)}</p></details></footer>
        <script type="application/json" id="charts">{ReportCharts.Of(report, samples)}</script>
        <script>{_library.Value}</script>
        <script>{_script.Value}</script>
        </body>
        </html>

        """);

    /// <summary>A table of cells that are HTML; nothing when it has no rows.</summary>
    private static void AppendTable(StringBuilder page, string? title, IReadOnlyList<string> headings, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
        {
            return;
        }

        if (title is not null)
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2>\n");
        }

        page.Append("<table><thead><tr>").AppendJoin(string.Empty, headings.Select(heading => $"<th scope=\"col\">{Text(heading)}</th>")).Append("</tr></thead>\n<tbody>\n");
        foreach (var row in all)
        {
            page.Append("<tr>").AppendJoin(string.Empty, row.Zip(headings, (cell, heading) => $"<td data-label=\"{Text(heading)}\">{cell}</td>")).Append("</tr>\n");
        }

        page.Append("</tbody></table>\n");
    }

    private static string Mean(CaseReport of, string name)
    {
        if (!of.Means.TryGetValue(name, out var mean))
        {
            return "–";
        }

        var unit = ExperimentMeasures.Find(name)?.Unit ?? string.Empty;
        var interval = of.Intervals.TryGetValue(name, out var range) && range.Low != range.High ? $" <small>{Text(MeasureText.Range(range.Low, range.High, unit))}</small>" : string.Empty;
        return Text(MeasureText.Format(mean, unit)) + interval;
    }

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Escapes text from files.</summary>
    private static string Text(string text) => WebUtility.HtmlEncode(HarmlessText.Of(text));

    private static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Resource(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
