using System.Collections.Immutable;
using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Experiments.Files;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains experiment start|status|stop</c>: experiments that run inside a cluster.</summary>
internal sealed class ExperimentClusterCommands
{
    private readonly Option<string> _gateway = new("--gateway")
    {
        Description = "A running silo's gateway, such as 127.0.0.1:30000; several separated by commas.",
        HelpName = "HOST:PORT",
        Required = true,
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary><c>dmagrains experiment start FILE</c>.</summary>
    public static Command CreateStart()
    {
        var file = new Argument<string>("FILE") { Description = "An experiment file, or - for standard input." };
        return new ExperimentClusterCommands().Create(
            "start",
            """
            Starts an experiment inside the cluster, in real time, and does not wait for its end. It goes on when silos are lost, and after a
            restart of all of them. The same file again changes nothing while it runs.

            Example:
              dmagrains experiment start week.yaml --gateway 127.0.0.1:30000
              dmagrains experiment status week --gateway 127.0.0.1:30000
            """,
            file,
            parsed =>
            {
                var (experiment, boards) = Read(parsed.GetRequiredValue(file));
                return (grains, cancellation) => grains.GetExperiment(experiment.Name).StartAsync(new(experiment.Text, boards), cancellation);
            });
    }

    /// <summary><c>dmagrains experiment status NAME</c>.</summary>
    public static Command CreateStatus()
    {
        var name = NameArgument();
        return new ExperimentClusterCommands().Create(
            "status",
            """
            Shows where an experiment inside the cluster is, and what came of it so far: of each repetition all measures and refusals with --json.

            Example:
              dmagrains experiment status week --gateway 127.0.0.1:30000
            """,
            name,
            parsed => (grains, cancellation) => grains.GetExperiment(parsed.GetRequiredValue(name)).GetStatusAsync(cancellation));
    }

    /// <summary><c>dmagrains experiment stop NAME</c>.</summary>
    public static Command CreateStop()
    {
        var name = NameArgument();
        return new ExperimentClusterCommands().Create(
            "stop",
            """
            Ends an experiment inside the cluster: its buffers and boards are given back, what was counted stays and can be shown.

            Example:
              dmagrains experiment stop week --gateway 127.0.0.1:30000
            """,
            name,
            parsed => (grains, cancellation) => grains.GetExperiment(parsed.GetRequiredValue(name)).StopAsync(cancellation));
    }

    private static Argument<string> NameArgument()
    {
        var name = new Argument<string>("NAME") { Description = "The experiment's name." };
        name.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } given && !ModelName.IsValid(given))
            {
                result.AddError($"NAME {ModelName.Quoted(given)} is not a name: expected {ModelName.Expected}.");
            }
        });
        return name;
    }

    /// <summary>A command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="about">Its argument.</param>
    /// <param name="read">Reads the command line, and files; what it gives asks the cluster.</param>
    private Command Create(
        string name,
        string description,
        Argument<string> about,
        Func<ParseResult, Func<IGrainFactory, CancellationToken, Task<DmaResult<ExperimentStatus>>>> read)
    {
        var command = new Command(name, description) { about, _gateway, _json };
        command.Options.AddAccess();
        command.SetAction(async (parsed, cancellation) =>
        {
            var ask = read(parsed);
            await using var connection = await Connection.OpenAsync(parsed.GetRequiredValue(_gateway), GatewayAccess.Of(parsed), null, null, cancellation);
            var answer = await ask(connection.Grains, cancellation);
            if (!answer.TryGetValue(out var status))
            {
                return LiveContext.Refuse(Terminal.Of(parsed), parsed.GetValue(_json), answer.Refusal!);
            }

            Terminal.Answer(parsed, _json, status, ExperimentStatusText.Write);
            return ExitCode.Good;
        });
        return command;
    }

    private static (Experiment Experiment, ImmutableArray<ExperimentBoard> Boards) Read(string file)
    {
        var experiment = StandardInput.Is(file)
            ? ExperimentFile.Read(StandardInput.Name, StandardInput.Open(), ExperimentPlace.Silo)
            : ExperimentFile.Read(file, ExperimentPlace.Silo);
        var recordings = experiment.Cases.SelectMany(each => each.Workload).Any(stream => stream.Arrivals is StreamArrivals.Recorded);
        return recordings
            ? throw new UsageException(
                $"{file} plays a recording, which is a file, and a cluster has no files: expected other arrivals, or 'experiment run --gateway'.")
            : (experiment, [.. experiment.Files.Select(board => new ExperimentBoard(board.Reference, BoardFile.Read(board.Path)))]);
    }
}
