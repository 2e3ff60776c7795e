using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Comparing;
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
            Description = "A scenario file, or the name of a shipped one.",
        };
        var policies = new Option<string[]>("--policy")
        {
            Description = "A policy to play it under; may be given several times. All of them when left out.",
            HelpName = "NAME",
        };
        policies.AcceptOnlyFromAmong([.. NamedPolicies.All.Select(named => named.Name)]);
        var json = CommonOptions.Json();
        var command = new Command(
            "compare",
            """
            Plays a scenario under each exporter's policy and shows who was served, who was refused and why, what went wrong silently,
            and what it cost; the policy to choose comes first. What the scenario expects is not looked at.

            Example:
              dmagrains compare gpu-maps-first
              dmagrains compare gpu-maps-first --policy refuse --policy migrate --json
            """)
        {
            scenario, policies, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var played = ScenarioFile.Read(ShippedFiles.Scenario(parsed.GetRequiredValue(scenario)));
            var chosen = parsed.GetValue(policies) is { Length: > 0 } names
                ? NamedPolicies.All.Where(named => names.Contains(named.Name))
                : NamedPolicies.All;
            var report = await PolicyComparison.PlayAsync(
                played,
                chosen,
                fresh => Task.FromResult<IEngine>(ModelEngine.Create(fresh.Board).Value),
                cancellation);
            Terminal.Answer(parsed, json, report, ComparisonText.Write);

            return ExitCode.Good;
        });
        return command;
    }
}
