using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Experiments.Driving;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains experiment run FILE</c>.</summary>
internal sealed class ExperimentRunCommand
{
    private readonly Argument<string?> _file = new("FILE") { Description = "An experiment file, or - for standard input." };

    private readonly Option<int> _cores = NumberOption.Defaulting(
        "--cores", "Number of cores to use. The results do not depend on it.", 1, 1024, Math.Min(Environment.ProcessorCount, 1024));

    private readonly ResultsOptions _results = new();

    private readonly Option<ulong?> _every = NumberOption.Optional<ulong>(
        "--checkpoint-every", "After how many commands of a board its checkpoint is written again. Default: 2000000.", 1, long.MaxValue);

    private readonly Option<double?> _until = UntilOption.Create();

    private readonly Option<int> _repetitionsMax = NumberOption.Defaulting(
        "--repetitions-max", "Where --until gives up.", 1, ExperimentFile.RepetitionsMax, 1000);

    private readonly Option<string?> _measure = new("--measure")
    {
        Description = "The measure that cases are compared by. Default: the file's, or else buffers-refused.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _gateway = new("--gateway")
    {
        Description = "Play it in real time on this cluster, whatever the file says: a running silo's gateway, or several separated by commas.",
        HelpName = "HOST:PORT",
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create() => AddTo(ArgumentArity.ExactlyOne, new(
        "run",
        """
        Plays an experiment, writes everything that came of it to a results folder, and shows the measures of each case, averaged over its
        repetitions. Ctrl-C ends it and keeps the results so far; --resume goes on.
        Exit code 0: done, and all thresholds of the file are met; 1: one is not; 74: results cannot be written, such as to a full disk.

        Example:
          dmagrains experiment run deferred-or-eager.yaml
          dmagrains experiment run deferred-or-eager.yaml --until 1%
          dmagrains experiment run week.yaml --results week
          dmagrains experiment run week.yaml --results week --resume
        """));

    /// <summary>Gives a command what it takes to play an experiment.</summary>
    /// <param name="files">How many files it takes: none, too, where it has other commands below it.</param>
    /// <param name="command">The command.</param>
    public static Command AddTo(ArgumentArity files, Command command)
    {
        var run = new ExperimentRunCommand();
        run._file.Arity = files;
        command.Add(run._file);
        Option[] options = [run._until, run._measure, run._repetitionsMax, .. run._results.All, run._cores, run._every, run._gateway, run._json, .. GatewayAccess.Options()];
        foreach (var option in options)
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellation) => Task.FromResult(run.Run(parsed, cancellation)));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var file = parsed.GetValue(_file) ?? throw new UsageException("There is no experiment to play: expected FILE, or - for standard input.");
        ExperimentPlace? where = parsed.GetValue(_gateway) is null ? null : ExperimentPlace.Silo;
        var experiment = StandardInput.Is(file) ? ExperimentFile.Read(StandardInput.Name, StandardInput.Open(), where) : ExperimentFile.Read(file, where);
        CheckPlace(parsed, experiment);
        var until = parsed.GetValue(_until);
        var deciding = new Deciding(DecidingMeasure(parsed, experiment), until, until is null ? null : parsed.GetValue(_repetitionsMax));
        var (report, folder) = _results.FindComplete(parsed, experiment, deciding) is { } stored
            ? (stored.Report!, stored.Path)
            : Play(parsed, experiment, deciding, cancellation);
        Terminal.Answer(parsed, _json, report, (terminal, shown) => ExperimentText.Write(terminal, shown, folder, experiment.Where));
        return report.Thresholds.All(threshold => threshold.IsMet) ? ExitCode.Good : ExitCode.Refused;
    }

    private (ExperimentReport Report, string? Folder) Play(
        ParseResult parsed, Experiment experiment, Deciding deciding, CancellationToken cancellation)
    {
        using var folder = _results.Open(parsed, experiment, deciding);
        var sums = folder?.Sums ?? new(experiment);
        using var line = ProgressLine.Of(parsed);
        line.Title = experiment.Name;
        var hasBegun = false;
        var options = new RunOptions
        {
            Cores = parsed.GetValue(_cores),
            Checkpoints = folder?.Checkpoints,
            CommandsBetweenCheckpoints = parsed.GetValue(_every) ?? new RunOptions().CommandsBetweenCheckpoints,
            Progress = progress =>
            {
                hasBegun = true;
                line.Show(progress);
            },
        };
        Func<BoardWarmUp?> warmUp = () => null;
        var isComplete = false;
        try
        {
            (var play, warmUp) = PlayOf(parsed, experiment, deciding, folder ?? (IResultSink)sums, options);
            play(cancellation);
            isComplete = true;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The results so far are kept and shown; the exit code tells the rest.
        }
        catch (Exception problem) when (problem is Interfaces.NoReplyException or RefusedBoardException && !hasBegun)
        {
            folder?.Discard();
            throw;
        }
        catch (Exception problem)
        {
            folder?.Fail(Report(), problem.Message);
            throw;
        }

        var report = Report();
        folder?.End(report);
        return (report, folder?.Path);

        ExperimentReport Report() => ExperimentReport.Of(experiment, sums, deciding) with { WarmUp = warmUp(), IsComplete = isComplete };
    }

    /// <summary>What plays it, and says where measuring began.</summary>
    private (Action<CancellationToken> Play, Func<BoardWarmUp?> WarmUp) PlayOf(
        ParseResult parsed, Experiment experiment, Deciding deciding, IResultSink sink, RunOptions options)
    {
        if (experiment.Where == ExperimentPlace.Silo)
        {
            // The command has a thread to itself.
            return (
                cancellation => ExperimentOnGrains.PlayAsync(parsed, parsed.GetValue(_gateway), experiment, sink, options.Progress!, cancellation)
                    .GetAwaiter().GetResult(),
                () => new(experiment.WarmUpNanoseconds ?? 0, HasSettled: true));
        }

        if (deciding is not { Until: { } share, RepetitionsMax: { } repetitionsMax })
        {
            var run = new ExperimentRun(experiment, sink, options);
            return (run.Play, () => run.WarmUp);
        }

        var measure = ExperimentMeasures.Find(deciding.Measure)!;
        var until = new UntilRun(experiment, sink, options, measure, new Stopping(Tolerance.For(measure, share), repetitionsMax));
        return (cancellation => until.Play(cancellation), () => until.WarmUp);
    }

    /// <summary>In real time nothing is played again, and nobody can wait until it is enough.</summary>
    private void CheckPlace(ParseResult parsed, Experiment experiment)
    {
        if (experiment.Where == ExperimentPlace.Silo
            && ((Option[])[_until, _results.Resume]).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } option)
        {
            throw new UsageException($"{option.Name} is for experiments in virtual time: expected where: model and no --gateway, or no {option.Name}.");
        }
    }

    private string DecidingMeasure(ParseResult parsed, Experiment experiment)
    {
        var name = parsed.GetValue(_measure) ?? experiment.Measure;
        return ExperimentFile.CheckMeasure(experiment, name) is { } problem ? throw new UsageException($"--measure {Quoted.Text(name)}: {problem}.") : name;
    }
}
