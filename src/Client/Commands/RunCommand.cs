using System.CommandLine;
using DmaGrains.Analysis.Drawing;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains run SCENARIO</c>.</summary>
internal static class RunCommand
{
    private const string Grains = "grains";
    private const string Model = "model";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var scenario = new Argument<string>("SCENARIO")
        {
            Description = "A scenario file, the name of a shipped one, or - for standard input.",
        };
        var engine = new Option<string>("--engine")
        {
            Description = "grains: an embedded silo (default); model: the same without Orleans.",
            DefaultValueFactory = _ => Grains,
        };
        WordOptions.Accept(engine, [Grains, Model]);
        var strict = new Option<bool>("--strict")
        {
            Description = "Exit with 1 also when something went wrong silently.",
        };
        var json = CommonOptions.Json();
        var policy = PolicyOption.Optional("A policy for every buffer instead of the file's; the file's expectations still apply.");
        var picture = PictureOption.Of("physical memory when the least of it was free, and which buffers held it");
        var files = new OutputFile(picture);
        var command = new Command(
            "run",
            """
            Plays a scenario and shows each step with its outcome, the union after it and, at a map, the scatterlist.
            The result is good when every step was granted, or refused as the scenario expects, and nothing went wrong silently;
            hazard when something did. Exit code 0: good, or hazard without --strict; 1: otherwise.

            Example:
              dmagrains run gpu-and-display
              dmagrains run my-board-test.yaml --strict --json
              dmagrains run gpu-maps-first --policy migrate
              dmagrains run fragmented --svg memory.svg
            """)
        {
            scenario, engine, policy, strict, json, picture, files.Force,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var played = ShippedFiles.ReadScenario(parsed.GetRequiredValue(scenario));
            if (parsed.GetValue(policy) is { } name)
            {
                played = played.Under(NamedPolicies.Find(name)!);
            }

            files.Check(parsed);
            var isOnModel = parsed.GetRequiredValue(engine) == Model;

            // Grains give the same answers, but the picture needs the model's memory.
            var model = ModelEngine.Create(played.Board).Value;
            var ofModel = isOnModel || parsed.GetValue(picture) is not null
                ? await PlayAsync(parsed, played, model, cancellation)
                : null;
            files.Write(
                parsed,
                picture,
                () => MemoryPicture.Draw($"{played.Name} on {played.Board.Name}", played.Shows, model.Fullest));
            var report = isOnModel ? ofModel! : await PlayOnGrainsAsync(parsed, played, cancellation);
            Terminal.Answer(parsed, json, report, RunText.Write);

            return report.Result == RunResult.Good || (report.Result == RunResult.Hazard && !parsed.GetValue(strict))
                ? ExitCode.Good
                : ExitCode.Refused;
        });
        return command;
    }

    private static async Task<RunReport> PlayOnGrainsAsync(ParseResult parsed, Scenario scenario, CancellationToken cancellation)
    {
        await using var silo = await EmbeddedSilo.StartAsync(cancellation);
        var engine = await GrainEngine.CreateAsync(silo.Grains, scenario.Board, cancellation);
        return await PlayAsync(parsed, scenario, engine.Value, cancellation);
    }

    private static async Task<RunReport> PlayAsync(
        ParseResult parsed, Scenario scenario, IEngine engine, CancellationToken cancellation)
    {
        using var line = ProgressLine.Of(parsed);
        line.Title = "running";
        return await ScenarioRunner.PlayAsync(scenario, engine, cancellation, line.Show);
    }
}
