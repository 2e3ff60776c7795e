using System.Globalization;
using System.Text.Json;

namespace DmaGrains.Client.Tests;

/// <summary>What is done with results that are there: list, show, compare.</summary>
public sealed class StoredExperimentTests(StoredExperimentTests.Runs runs) : IClassFixture<StoredExperimentTests.Runs>
{
    [Fact]
    public async Task A_run_is_shown_as_when_it_ended_with_when_and_where_it_was_played()
    {
        var answer = (await Answer.OfAsync("experiment", "show", runs.Short)).Good();

        Assert.StartsWith(runs.ShortAnswer, answer.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nPlayed from [\d-]+ [\d:]+Z, complete at [\d-]+ [\d:]+Z: dmagrains experiment ", answer.Output);
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(runs.Short, "summary.json"), TestContext.Current.CancellationToken),
            (await Answer.OfAsync("experiment", "show", runs.Short, "--json")).Good().Output);
    }

    [Fact]
    public async Task Runs_are_listed_oldest_first_and_a_damaged_one_does_not_hide_the_others()
    {
        var lines = (await Answer.OfAsync("experiment", "list", runs.Folder)).Good().Output.TrimEnd().Split('\n');

        Assert.StartsWith("folder", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains("/damaged", StringComparison.Ordinal) && line.Contains("  damaged", StringComparison.Ordinal));
        Assert.Matches("/killed .* killed ", Assert.Single(lines, line => line.Contains("/killed", StringComparison.Ordinal)));
        var complete = lines.Where(line => line.Contains("complete", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, complete.Count);
        Assert.Contains("/short ", complete[0], StringComparison.Ordinal);
        Assert.Matches(" 4 +not met$", complete[0]);
        Assert.Equal(5, (await Answer.OfAsync("experiment", "list", runs.Folder, "--json")).Good().Json().GetArrayLength());
    }

    [Fact]
    public async Task A_folder_without_results_says_so() =>
        Assert.Equal("There are no results.\n", (await Answer.OfAsync("experiment", "list", runs.Short)).Good().Output);

    [Fact]
    public async Task A_run_compared_with_itself_is_equal_in_everything()
    {
        var answer = await Answer.OfAsync("experiment", "compare", runs.Long, runs.Long);

        Assert.Equal(0, answer.Code);
        Assert.Contains("The experiments' files are the same.\n", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("against first", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Different, too", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_of_one_seed_are_compared_in_pairs_and_what_differs_in_the_input_comes_first()
    {
        var answer = await Answer.OfAsync("experiment", "compare", runs.Long, runs.Short);

        Assert.Equal((1, string.Empty), (answer.Code, answer.Error));
        Assert.Contains("The experiments' files differ:\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("\n  - thresholds: [buffers > 10]\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("Compared in pairs, repetition by repetition: both have the same seed.\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("\npolicy refuse, 4 repetitions each:\n", answer.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nbuffers-refused +[\d.]+ % +[\d.]+ % +lower by [\d.]+ points \([\d.]+ to [\d.]+ points\)\n", answer.Output);
        Assert.EndsWith("\nbuffers < 10: not met by the second\n", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_of_different_seeds_are_compared_as_independent_ones_and_noise_is_called_so()
    {
        var answer = await Answer.OfAsync("experiment", "compare", runs.Long, runs.OtherSeed);

        Assert.Equal(0, answer.Code);
        Assert.Contains("Compared as independent runs: they have different seeds.\n", answer.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nbuffers-refused +[\d.]+ % +[\d.]+ % +within noise, -[\d.]+ to [\d.]+ points\n", answer.Output);
    }

    [Fact]
    public async Task The_difference_the_other_way_round_is_the_negative_one()
    {
        var there = MeasuresOf(await Answer.OfAsync("experiment", "compare", runs.Long, runs.Short, "--json"));
        var back = MeasuresOf(await Answer.OfAsync("experiment", "compare", runs.Short, runs.Long, "--json"));

        Assert.NotEmpty(there);
        Assert.All(there, measure => Assert.Equal(-measure.Value, back[measure.Key], 1e-6 * Math.Abs(measure.Value)));

        static Dictionary<string, double> MeasuresOf(Answer answer) => answer.Json().GetProperty("cases").EnumerateArray()
            .SelectMany(each => each.GetProperty("measures").EnumerateArray().Select(measure => (
                $"{each.GetProperty("case")} {measure.GetProperty("measure")}", measure.GetProperty("difference").GetDouble())))
            .ToDictionary();
    }

    [Theory]
    [InlineData("experiment show {0}/nowhere", "nowhere is not there: expected a results folder of 'dmagrains experiment'.")]
    [InlineData("experiment show {0}", "has no run.json: expected a results folder")]
    [InlineData("experiment show {0}/damaged", "run.json:1 is damaged, or of another version")]
    [InlineData("experiment show {0}/killed", "has no summary: the run was killed; expected one that has ended, or go on with --resume")]
    [InlineData("experiment list {0}/nowhere", "There is no folder '{0}/nowhere': expected one with results")]
    [InlineData("experiment compare {0}/long {0}/killed", "has no summary")]
    [InlineData("experiment compare {0}/long", "Required argument 'SECOND' missing for ")]
    public async Task What_is_no_result_is_told(string command, string saying) => (await Answer.OfAsync(
        string.Format(CultureInfo.InvariantCulture, command, runs.Folder).Split(' '))).Unusable(string.Format(CultureInfo.InvariantCulture, saying, runs.Folder));

    [Fact]
    public async Task Runs_without_a_case_in_common_are_not_compared()
    {
        using var folder = new TemporaryFolder();
        var other = Path.Combine(folder.Path, "other");
        await Runs.PlayAsync(Runs.Text.Replace("refuse, migrate", "resplit, first-attach", StringComparison.Ordinal), other);

        (await Answer.OfAsync("experiment", "compare", runs.Long, other)).Unusable(
            "have no case in common: the first has policy refuse, the second policy resplit; expected a case with the same values");
    }

    [Fact]
    public async Task Damaged_records_are_told()
    {
        using var folder = new TemporaryFolder();
        var other = Path.Combine(folder.Path, "other");
        await Runs.PlayAsync(Runs.Text, other);
        await File.WriteAllTextAsync(Path.Combine(other, "measures", "00000.parquet"), "PAR1, or not", TestContext.Current.CancellationToken);

        (await Answer.OfAsync("experiment", "compare", runs.Long, other)).Unusable("00000.parquet is damaged: expected a Parquet file of measures");
    }

    [Theory]
    [InlineData("show {0}/long")]
    [InlineData("list {0}")]
    [InlineData("compare {0}/long {0}/short")]
    public async Task Answers_are_whole_at_any_width(string command)
    {
        string[] args = ["experiment", .. string.Format(CultureInfo.InvariantCulture, command, runs.Folder).Split(' ')];
        var piped = await Answer.OfAsync(args);
        foreach (var columns in (int[])[40, 80, 120])
        {
            Screen.AssertWhole(columns, piped.Output, await Screen.ShowsAsync(columns, args));
        }
    }

    /// <summary>A few runs, one of which was killed, and one is damaged.</summary>
    public sealed class Runs : IAsyncLifetime
    {
        internal const string Text = """
            name: stored
            question: Is it found again?
            boards: [raspberry-pi-4]
            workload: [{name: s, arrivals: {poisson: 100/s}, size: 3MiB, lifetime: {exponential: 300ms}, importers: [v3d, vc4]}]
            matrix: {policy: [refuse, migrate]}
            duration: 5s
            warm-up: 1s
            repetitions: 4
            thresholds: [buffers > 10]

            """;

        private readonly TemporaryFolder _folder = new();

        public string Folder => _folder.Path;

        public string Short => Path.Combine(Folder, "short");

        public string Long => Path.Combine(Folder, "long");

        public string OtherSeed => Path.Combine(Folder, "other-seed");

        public string ShortAnswer { get; private set; } = string.Empty;

        public async ValueTask InitializeAsync()
        {
            ShortAnswer = (await PlayAsync(
                Text.Replace("300ms", "200ms", StringComparison.Ordinal).Replace("buffers > 10", "buffers < 10", StringComparison.Ordinal), Short)).Output;
            await PlayAsync(Text, Long);
            await PlayAsync($"{Text}seed: 2\n", OtherSeed);
            Directory.CreateDirectory(Path.Combine(Folder, "damaged"));
            await File.WriteAllTextAsync(Path.Combine(Folder, "damaged", "run.json"), "{");
            Directory.CreateDirectory(Path.Combine(Folder, "killed"));
            var run = await File.ReadAllTextAsync(Path.Combine(Long, "run.json"));
            var ended = JsonDocument.Parse(run).RootElement.GetProperty("plays")[0].GetProperty("ended").GetRawText();
            await File.WriteAllTextAsync(
                Path.Combine(Folder, "killed", "run.json"),
                run.Replace(ended, "null", StringComparison.Ordinal).Replace("\"is_complete\": true", "\"is_complete\": false", StringComparison.Ordinal));
        }

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }

        internal static async Task<Answer> PlayAsync(string text, string results)
        {
            using var file = new TemporaryFile(text);
            return await Answer.OfAsync("experiment", file.Path, "--results", results);
        }
    }
}
