using System.Globalization;
using System.Text.RegularExpressions;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Exploring;

/// <summary>Holds the explorer against spin, which exhausts models of three scenarios that were written by hand.</summary>
public sealed partial class PromelaTests
{
    private static readonly Dictionary<string, string> _answers = new() { ["0"] = "ok", ["16"] = "EBUSY", ["255"] = "skipped" };

    [Theory]
    [InlineData("gpu-and-display")]
    [InlineData("gpu-maps-first")]
    [InlineData("attach-order")]
    public async Task Spin_reaches_the_same_outcomes_in_as_many_states(string name)
    {
        var (finals, states) = await ExhaustAsync(name);

        var report = Exploration.Play(
            ScenarioFile.Read(ShippedFiles.Scenario(name)), new() { Reduces = false }, null, TestContext.Current.CancellationToken).Report;

        Assert.Equal(
            report.Outcomes.Select(outcome => string.Join(' ', outcome.Importers.Select(importer => $"{importer.Importer} {string.Join(' ', importer.Answers)}"))).Order(),
            finals.Distinct().Order());
        Assert.Equal(report.FinalStates, finals.Count);

        // The monitor that prints an end takes a step of its own in each.
        Assert.Equal(report.States, states - finals.Count);
    }

    private static async Task<(List<string> Finals, long States)> ExhaustAsync(string name)
    {
        var folder = Directory.CreateTempSubdirectory("promela");
        try
        {
            var model = Path.Combine(AppContext.BaseDirectory, "Promela", $"{name}.pml");
            await RunAsync(folder.FullName, "spin", "-a", model);
            await RunAsync(folder.FullName, "gcc", "-O1", "-DNOREDUCE", "-DPRINTF", "-o", "pan", "pan.c");
            var output = await RunAsync(folder.FullName, Path.Combine(folder.FullName, "pan"), "-n");
            Assert.Contains("errors: 0", output, StringComparison.Ordinal);
            Assert.DoesNotContain("error: max search depth", output, StringComparison.Ordinal);
            return (
                [.. OutcomeLine().Matches(output).Select(line => Spelled(line.Groups["words"].Value))],
                long.Parse(StatesLine().Match(output).Groups["count"].Value, CultureInfo.InvariantCulture));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Spelled(string words) => string.Join(' ', words.Split(' ').Select(word => _answers.GetValueOrDefault(word, word)));

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var (code, output, error) = await InstalledProgram.RunAsync(folder, $"no {program}: install the packages spin and gcc to check against spin.", program, arguments);
        Assert.True(code == 0, $"{program}: {error}{output}");
        return output;
    }

    [GeneratedRegex(@"^outcome: (?<words>.*?)\s*$", RegexOptions.Multiline)]
    private static partial Regex OutcomeLine();

    [GeneratedRegex(@"(?<count>\d+) states, stored")]
    private static partial Regex StatesLine();
}
