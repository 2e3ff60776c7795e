using System.CommandLine;
using DmaGrains.Analysis.Comparing;
using DmaGrains.Analysis.Drawing;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains compare SCENARIO</c>.</summary>
internal static class CompareCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var scenario = new Argument<string>("SCENARIO")
        {
            Description = "A scenario file, the name of a shipped one, or - for standard input.",
        };
        var policies = PolicyOption.Many(
            "A policy to play it under, or 'all'; may be given several times. Default: what the file specifies, and all policies.");
        var json = CommonOptions.Json();
        var picture = PictureOption.Of("physical memory when the least of it was free, under the recommended policy");
        var files = new OutputFile(picture);
        var command = new Command(
            "compare",
            """
            Plays a scenario under each exporter's policy and shows who was served, who was refused and why, what went wrong silently,
            and what it cost; the recommended policy comes first. Without --policy, what the file itself specifies is a row of its own
            (as written). A refusal that the scenario expects counts neither for nor against a policy, and neither does granting it.

            Example:
              dmagrains compare gpu-maps-first
              dmagrains compare gpu-maps-first --policy refuse --policy migrate --json
              dmagrains compare camera-gpu-display --svg memory.svg
            """)
        {
            scenario, policies, json, picture, files.Force,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var played = ShippedFiles.ReadScenario(parsed.GetRequiredValue(scenario));
            files.Check(parsed);
            var asked = PolicyOption.ValueOf(parsed, policies);
            var report = asked.Length > 0
                ? await PolicyComparison.PlayAsync(played, asked, FreshAsync, cancellation)
                : await PolicyComparison.PlayWithWrittenAsync(played, NamedPolicies.All, FreshAsync, cancellation);
            if (parsed.GetValue(picture) is not null)
            {
                var drawn = await DrawAsync(played, report.Choice.Policy, cancellation);
                files.Write(parsed, picture, () => drawn);
            }

            Terminal.Answer(parsed, json, report, ComparisonText.Write);

            return ExitCode.Good;
        });
        return command;
    }

    /// <summary>Plays the scenario once more under one policy, and draws its memory.</summary>
    private static async Task<string> DrawAsync(Scenario scenario, string policy, CancellationToken cancellation)
    {
        var played = policy == PolicyComparison.AsWritten ? scenario : scenario.Under(NamedPolicies.Find(policy)!);
        var model = ModelEngine.Create(played.Board).Value;
        await ScenarioRunner.PlayAsync(played, model, cancellation);
        return MemoryPicture.Draw($"{played.Name} on {played.Board.Name}, {policy}", played.Shows, model.Fullest);
    }

    private static Task<IEngine> FreshAsync(Scenario fresh) => Task.FromResult<IEngine>(ModelEngine.Create(fresh.Board).Value);
}
