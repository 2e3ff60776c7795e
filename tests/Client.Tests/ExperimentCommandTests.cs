using DmaGrains.Client.Output;

namespace DmaGrains.Client.Tests;

public class ExperimentCommandTests
{
    private const string Text = """
        name: small
        question: Does it work?
        boards: [raspberry-pi-4]
        workload: [{name: s, arrivals: {poisson: 100/s}, size: 3MiB, lifetime: {exponential: 300ms}, importers: [v3d, vc4]}]
        matrix: {policy: [refuse, migrate]}
        commands: 2000
        thresholds: [buffers > 10]

        """;

    [Fact]
    public async Task An_experiment_is_played_and_each_case_is_a_row()
    {
        using var file = new TemporaryFile(Text);

        var answer = (await Answer.OfAsync("experiment", file.Path, "--no-results")).Good();

        Assert.Equal(answer.Output, (await Answer.OfAsync("experiment", "run", file.Path, "--no-results")).Good().Output);
        var lines = answer.Output.TrimEnd().Split('\n');
        Assert.Equal(("small", "Does it work?"), (lines[0], lines[1]));
        Assert.StartsWith("policy   buffers-refused", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("refuse", lines[4], StringComparison.Ordinal);
        Assert.StartsWith("migrate", lines[5], StringComparison.Ordinal);
        Assert.Equal("buffers > 10: met", lines[^1]);
        Assert.All(lines, line => Assert.True(line.Length <= Terminal.LeastColumns, line));
    }

    [Fact]
    public async Task A_threshold_that_is_not_met_decides_the_exit_code_and_says_by_which_case()
    {
        using var file = new TemporaryFile(Text.Replace("buffers > 10", "buffers < 10", StringComparison.Ordinal));

        var answer = await Answer.OfAsync("experiment", file.Path, "--no-results");

        Assert.Equal((1, string.Empty), (answer.Code, answer.Error));
        Assert.EndsWith("buffers < 10: not met by policy refuse; policy migrate\n", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_the_measures_of_each_case()
    {
        using var file = new TemporaryFile(Text);

        var report = (await Answer.OfAsync("experiment", file.Path, "--no-results", "--json", "--cores", "1")).Good().Json();

        Assert.Equal(2, report.GetProperty("cases").GetArrayLength());
        Assert.True(report.GetProperty("cases")[1].GetProperty("means").GetProperty("buffers").GetDouble() > 10);
    }

    [Fact]
    public async Task What_is_wrong_with_a_file_is_told_with_its_place()
    {
        using var file = new TemporaryFile(Text.Replace("3MiB", "{pareto: {mean: 3MiB, shape: 1}}", StringComparison.Ordinal));

        (await Answer.OfAsync("experiment", file.Path, "--no-results")).Unusable($"{file.Path}:4:");
        (await Answer.OfAsync("experiment", file.Path, "--no-results")).Unusable("shape is wrong; expected a number above 1");
        Assert.Contains("(experiment small): 1 problem", (await Answer.OfAsync("check", file.Path)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_experiment_needs_a_file() => (await Answer.OfAsync("experiment")).Unusable("There is no experiment to play: expected FILE");
}
