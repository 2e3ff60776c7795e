using System.Text.Json;

namespace DmaGrains.Client.Tests;

public class ExperimentUntilTests
{
    private const string Longer = "{s.lifetime: [50ms, {exponential: 100ms}]}";
    private const string Policies = "{policy: [refuse, migrate]}";

    [Fact]
    public async Task Until_says_which_case_is_lower_and_by_how_much()
    {
        var text = await PlayAsync(Longer, "--until", "1%");

        Assert.Matches(
            @"(?m)^buffers-refused, \d+ repetitions of each case:\n"
            + @"  s\.lifetime \{exponential: 100ms\} against 50ms: higher by [\d.]+ points \([\d.]+ to [\d.]+ points\)$",
            text);
        Assert.Contains("Measured from 1 s on.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Until_shows_that_cases_differ_by_less_than_matters() => Assert.Contains(
        "buffers-refused, 4 repetitions of each case:\n  policy migrate against refuse: within 1 point, 0 to 0 points\n",
        await PlayAsync(Policies, "--until", "1%"),
        StringComparison.Ordinal);

    [Fact]
    public async Task Until_ends_undecided_where_it_may_not_go_on() => Assert.Matches(
        @"buffers-refused, 3 repetitions of each case:\n  s\.lifetime [^\n]*: within noise, too few repetitions to say more\n",
        await PlayAsync(Longer, "--until", "0.001%", "--repetitions-max", "3"));

    [Fact]
    public async Task Until_decides_by_the_measure_that_is_named() => Assert.Matches(
        @"used-max:cma, \d+ repetitions of each case:\n  policy migrate against refuse: within 2 %, 0 bytes to 0 bytes\n",
        await PlayAsync(Policies, "--until", "2%", "--measure", "used-max:cma"));

    [Fact]
    public async Task Repetitions_of_the_file_are_compared_too()
    {
        var text = await PlayAsync($"{Longer}\nrepetitions: 5");

        Assert.Matches(@"buffers-refused, 5 repetitions of each case:\n  s\.lifetime [^\n]*: higher by ", text);
        Assert.Matches("within noise, too few repetitions to say more", await PlayAsync(Longer));
    }

    [Fact]
    public async Task Where_measuring_begins_is_found_out_and_said() =>
        Assert.Matches(@"\nMeasured from (the start|[\d.]+ m?s) on\.\n", await PlayAsync(Longer, "--until", "50%", "auto"));

    [Fact]
    public async Task A_run_that_is_too_short_to_settle_is_called_so() =>
        Assert.Contains("Measured from the start on, but boards had not settled by then: play longer.\n", await PlayAsync("{s.size: [8MiB]}\nduration: 30ms", "auto"), StringComparison.Ordinal);

    [Fact]
    public async Task Json_has_the_documented_fields()
    {
        var report = JsonDocument.Parse(await PlayAsync(Longer, "--until", "1%", "--json")).RootElement;

        Assert.Equal("buffers-refused", report.GetProperty("measure").GetString());
        Assert.Equal(0.01, report.GetProperty("until").GetDouble());
        Assert.Equal(1_000_000_000UL, report.GetProperty("warm_up").GetProperty("nanoseconds").GetUInt64());
        var comparison = Assert.Single(report.GetProperty("comparisons").EnumerateArray());
        Assert.Equal(
            ["first", "second", "difference", "low", "high", "confidence", "verdict"], comparison.EnumerateObject().Select(field => field.Name));
        Assert.Equal("higher", comparison.GetProperty("verdict").GetString());
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0%")]
    [InlineData("100%")]
    [InlineData("-1%")]
    [InlineData("NaN%")]
    [InlineData("%")]
    public async Task Until_takes_a_percentage(string text) => (await AnswerAsync(Longer, "--until", text)).Unusable(
        $"--until '{text}': expected a number above 0 and below 100 with a percent sign, such as 1%.");

    [Fact]
    public async Task An_unknown_measure_is_named_with_what_may_be_meant() => (await AnswerAsync(Longer, "--measure", "bufers-refused")).Unusable(
        "--measure 'bufers-refused': there is no measure 'bufers-refused'; expected buffers-refused or another measure.");

    private static async Task<string> PlayAsync(string matrix, params string[] options) => (await AnswerAsync(matrix, options)).Good().Output;

    private static async Task<Answer> AnswerAsync(string matrix, params string[] options)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "experiment.yaml");
        await File.WriteAllTextAsync(file, $$"""
            name: waiting
            question: Do buffers that live longer find the area full more often?
            boards: [raspberry-pi-4]
            workload:
              - {name: s, arrivals: {poisson: 100/s}, size: 8MiB, lifetime: 50ms, memory: cma, importers: vc4}
            matrix: {{matrix}}
            {{(matrix.Contains("duration", StringComparison.Ordinal) ? string.Empty : "duration: 20s")}}
            warm-up: {{(options.Contains("auto") ? "auto" : "1s")}}
            seed: 3
            """);
        return await Answer.OfAsync(["experiment", "run", file, "--no-results", .. options.Where(option => option != "auto")]);
    }
}
