using System.Diagnostics;
using System.Text.RegularExpressions;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Reporting;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Reporting;

public sealed partial class ReportPageTests(Browser browser) : IClassFixture<Browser>
{
    private const int LengthMax = 500_000;

    private static readonly Lazy<(ExperimentReport Report, IReadOnlyList<MemorySample> Samples)> _played = new(() => Play("""
        workload:
          - {name: s, arrivals: {poisson: 300/s}, size: {exponential: 2MiB}, lifetime: {exponential: 60ms}, importers: [gpu, display], first-use: {exponential: 1ms}}
        matrix: {policy: [refuse, first-attach], cma: [16MiB, 8MiB]}
        duration: 2s
        warm-up: 100ms
        repetitions: 3
        thresholds: [buffers-refused < 1%]
        """));

    private static string Page => ReportPage.Of(_played.Value.Report, _played.Value.Samples);

    [Theory]
    [InlineData(1000, "light", null)]
    [InlineData(1000, "dark", null)]
    [InlineData(400, "light", null)]
    [InlineData(400, "dark", null)]
    [InlineData(1000, "dark", "print")]
    public async Task Report_page_is_whole_and_draws_every_chart(int width, string scheme, string? media)
    {
        await using var page = await browser.OpenAsync(Page, width, scheme, media);

        Assert.Empty(page.Errors);
        Assert.Empty(page.Requests);
        Assert.True(await page.ValueAsync<int>("document.documentElement.scrollWidth") <= width);
        var charts = await page.ValueAsync<int>("document.querySelectorAll('canvas').length");
        Assert.True(charts >= 3, $"{charts} charts");
        Assert.Equal(charts, await page.ValueAsync<int>("Object.keys(Chart.instances).length"));
        Assert.Equal(media is null && scheme == "dark", await page.ValueAsync<bool>("getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)'"));
        Assert.True(await page.ValueAsync<bool>("[...document.querySelectorAll('canvas')].every(canvas => canvas.getBoundingClientRect().right <= innerWidth)"));
    }

    [Fact]
    public async Task Nothing_that_the_page_does_not_state_runs()
    {
        await using var page = await browser.OpenAsync(Page.Replace("</body>", "<script>window.evil = 1</script><img src=\"x.png\" onerror=\"window.evil = 2\"></body>", StringComparison.Ordinal));

        Assert.True(await page.ValueAsync<bool>("window.evil === undefined"));
        Assert.NotEmpty(page.Errors);
    }

    [Fact]
    public async Task Names_in_a_report_page_do_no_harm()
    {
        const string Hostile = "</script><script>evil=1</script><b>&\"'\u202e\u2028";
        var report = _played.Value.Report with
        {
            Question = Hostile,
            Experiment = Hostile,
            Cases = [.. _played.Value.Report.Cases.Select(each => each with { Case = new(each.Case.Index, [.. each.Case.Values.Select(value => value with { Value = Hostile + value.Value })]) })],
        };
        var samples = _played.Value.Samples.Select(sample => sample with { Region = Hostile }).ToList();
        var html = ReportPage.Of(report, samples);

        await using var page = await browser.OpenAsync(html);

        Assert.Empty(page.Errors);
        Assert.True(await page.ValueAsync<bool>("typeof evil === 'undefined' && document.querySelector('b') === null"));
        Assert.DoesNotContain('\u202e', html);
    }

    [Fact]
    public void The_first_line_answers_and_the_file_needs_nothing_else()
    {
        var body = Page[Page.IndexOf("<body>", StringComparison.Ordinal)..];

        Assert.StartsWith("<body>\n<h1>Use policy refuse: ", body, StringComparison.Ordinal);
        Assert.DoesNotMatch(Outside(), Page);
        Assert.True(Page.Length < LengthMax, $"{Page.Length} characters");
        Assert.True(body.IndexOf("<table>", StringComparison.Ordinal) < body.IndexOf("<canvas", StringComparison.Ordinal));
    }

    [Fact]
    public void A_thousand_cases_and_full_series_stay_small_and_quick()
    {
        var (report, samples) = _played.Value;
        var many = report with
        {
            Cases = [.. Enumerable.Range(0, 1000).Select(index => report.Cases[index % 4] with { Case = new(index, [new("policy", $"policy-{index}")]) })],
            Comparisons = [],
        };
        var full = Enumerable.Range(0, ResultSums.SampledCasesMax).SelectMany(@case => Enumerable.Range(0, 4).SelectMany(region => Enumerable.Range(0, 1024).Select(at =>
            new MemorySample(@case, 0, 0, $"region-{region}", (ulong)at * 987_654_321, (ulong)(at * 7919 % 65536) << 12, (ulong)(at * 31 % 4096) << 12, 3, 4)))).ToList();
        var clock = Stopwatch.StartNew();

        var length = ReportPage.Of(many, full).Length;

        Assert.True(length < LengthMax, $"{length} characters");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
        Assert.NotEmpty(samples);
    }

    [Fact]
    public void What_was_broken_off_before_anything_had_ended_is_called_so()
    {
        var experiment = Experiment("workload: [{name: s, arrivals: {poisson: 1/s}, size: 1MiB, lifetime: 1s, importers: gpu}]\nduration: 1s");
        var report = ExperimentReport.Of(experiment, new(experiment), Deciding.Usual) with { IsComplete = false };

        Assert.Contains("<h1>Broken off; so far: nothing has come to an end.</h1>", ReportPage.Of(report, []), StringComparison.Ordinal);
    }

    [Fact]
    public void A_case_with_more_repetitions_than_another_is_compared_by_those_that_both_have()
    {
        var experiment = Experiment("workload: [{name: s, arrivals: {poisson: 100/s}, size: 1MiB, lifetime: 100ms, importers: display}]\nmatrix: {policy: [refuse, migrate]}\nduration: 1s\nwarm-up: 0\nrepetitions: 3");
        var sums = new ResultSums(experiment);
        using var breaking = new CancellationTokenSource();
        var played = 0;
        var options = new RunOptions
        {
            Cores = 1,
            Progress = progress =>
            {
                played = progress.Repetitions;
                if (played == 5)
                {
                    breaking.Cancel();
                }
            },
        };
        Assert.Throws<OperationCanceledException>(() => new ExperimentRun(experiment, sums, options).Play(breaking.Token));

        var report = ExperimentReport.Of(experiment, sums, Deciding.Usual) with { IsComplete = false };

        Assert.Equal([3, 2], report.Cases.Select(each => each.Repetitions));
        Assert.Equal((2, Verdict.WithinNoise), (report.Repetitions, Assert.Single(report.Comparisons).Verdict));
        Assert.Contains("<h1>Broken off; so far: Not decided: ", ReportPage.Of(report, sums.Samples), StringComparison.Ordinal);
    }

    private static Experiment Experiment(string rest) => SmallExperiment.Read(SmallExperiment.Text(rest));

    private static (ExperimentReport Report, IReadOnlyList<MemorySample> Samples) Play(string rest)
    {
        var experiment = Experiment(rest);
        var sums = new ResultSums(experiment);
        var run = new ExperimentRun(experiment, sums, new());
        run.Play(TestContext.Current.CancellationToken);
        return (ExperimentReport.Of(experiment, sums, Deciding.Usual) with { WarmUp = run.WarmUp }, sums.Samples);
    }

    [GeneratedRegex("""(src|href)\s*=\s*["'](?!#)|@import|url\(""")]
    private static partial Regex Outside();
}
