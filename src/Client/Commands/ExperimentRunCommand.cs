using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;
using HdrHistogram;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains experiment run FILE</c>.</summary>
internal sealed class ExperimentRunCommand
{
    private readonly Argument<string?> _file = new("FILE") { Description = "An experiment file, or - for standard input." };

    private readonly Option<int> _cores = NumberOption.Defaulting(
        "--cores", "Number of cores to use. The results do not depend on it.", 1, 1024, Math.Min(Environment.ProcessorCount, 1024));

    private readonly Option<string?> _checkpoints = new("--checkpoints")
    {
        Description = "A folder to write checkpoints to, from which --resume goes on after the process was killed.",
        HelpName = "FOLDER",
    };

    private readonly Option<ulong?> _every = NumberOption.Optional<ulong>(
        "--checkpoint-every", "After how many commands of a board its checkpoint is written again. Default: 2000000.", 1, long.MaxValue);

    private readonly Option<bool> _resume = new("--resume") { Description = "Go on from the checkpoints: the results are the same as without a break." };

    private readonly Option<double?> _until = UntilOption.Create();

    private readonly Option<int> _repetitionsMax = NumberOption.Defaulting(
        "--repetitions-max", "Where --until gives up.", 1, ExperimentFile.RepetitionsMax, 1000);

    private readonly Option<string> _measure = new("--measure")
    {
        Description = "The measure that cases are compared by.",
        HelpName = "NAME",
        DefaultValueFactory = _ => ExperimentMeasures.All[0].Name,
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
        Plays an experiment and shows the measures of each case, averaged over its repetitions.
        Exit code 0: done, and all thresholds of the file are met; 1: one is not.

        Example:
          dmagrains experiment run deferred-or-eager.yaml
          dmagrains experiment run deferred-or-eager.yaml --until 1%
          dmagrains experiment run week.yaml --checkpoints week
          dmagrains experiment run week.yaml --checkpoints week --resume
        """));

    /// <summary>Gives a command what it takes to play an experiment.</summary>
    /// <param name="files">How many files it takes: none, too, where it has other commands below it.</param>
    /// <param name="command">The command.</param>
    public static Command AddTo(ArgumentArity files, Command command)
    {
        var run = new ExperimentRunCommand();
        run._file.Arity = files;
        command.Add(run._file);
        Option[] options = [run._until, run._measure, run._repetitionsMax, run._cores, run._checkpoints, run._every, run._resume, run._gateway, run._json];
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
        var options = new RunOptions { Cores = parsed.GetValue(_cores), Checkpoints = parsed.GetValue(_checkpoints) };
        CheckFolder(parsed, options.Checkpoints);
        ExperimentReport report;
        using (var line = ProgressLine.Of(parsed))
        {
            line.Title = experiment.Name;
            options = options with
            {
                Progress = line.Show,
                CommandsBetweenCheckpoints = parsed.GetValue(_every) ?? options.CommandsBetweenCheckpoints,
            };
            report = Play(parsed, experiment, options, cancellation);
        }

        Terminal.Answer(parsed, _json, report, ExperimentText.Write);
        return report.Thresholds.All(threshold => threshold.IsMet) ? ExitCode.Good : ExitCode.Refused;
    }

    private ExperimentReport Play(ParseResult parsed, Experiment experiment, RunOptions options, CancellationToken cancellation)
    {
        var results = new CaseMeans(experiment);
        var measure = DecidingMeasure(parsed, experiment);
        if (experiment.Where == ExperimentPlace.Silo)
        {
            // The command has a thread to itself.
            ExperimentOnGrains.PlayAsync(parsed, parsed.GetValue(_gateway), experiment, results, options.Progress!, cancellation).GetAwaiter().GetResult();
            return results.Report() with
            {
                Measure = measure.Name,
                Comparisons = CaseComparison.Of(experiment, results.Repetitions, measure.Name),
            };
        }

        if (parsed.GetValue(_until) is not { } share)
        {
            var run = new ExperimentRun(experiment, results, options);
            run.Play(cancellation);
            return results.Report() with
            {
                Measure = measure.Name,
                Comparisons = CaseComparison.Of(experiment, results.Repetitions, measure.Name),
                WarmUp = run.WarmUp,
            };
        }

        var until = new UntilRun(experiment, results, options, measure, new Stopping(Tolerance.For(measure, share), parsed.GetValue(_repetitionsMax)));
        var look = until.Play(cancellation);
        return results.Report() with
        {
            Measure = measure.Name,
            Comparisons = CaseComparison.Of(look.Comparisons),
            Until = share,
            WarmUp = until.WarmUp,
        };
    }

    /// <summary>In real time nothing is played again, and nobody can wait until it is enough.</summary>
    private void CheckPlace(ParseResult parsed, Experiment experiment)
    {
        if (experiment.Where == ExperimentPlace.Silo
            && ((Option[])[_until, _checkpoints, _resume]).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } option)
        {
            throw new UsageException($"{option.Name} is for experiments in virtual time: expected where: model and no --gateway, or no {option.Name}.");
        }
    }

    private Measure DecidingMeasure(ParseResult parsed, Experiment experiment)
    {
        var name = parsed.GetValue(_measure)!;
        var names = ExperimentMeasures.NamesOf(experiment);
        return names.Contains(name)
            ? ExperimentMeasures.Find(name)!
            : throw new UsageException($"--measure {Quoted.Text(name)} is not a measure of this experiment: {Closest.Expecting(name, names)}.");
    }

    private void CheckFolder(ParseResult parsed, string? folder)
    {
        var isThere = folder is not null && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any();
        if (parsed.GetValue(_resume) && !isThere)
        {
            throw new UsageException(folder is null
                ? "--resume goes on from checkpoints: expected --checkpoints FOLDER with it."
                : $"--checkpoints '{folder}' has nothing to go on from: expected the folder of a run that was broken off, or no --resume.");
        }

        if (isThere && !parsed.GetValue(_resume))
        {
            throw new UsageException($"--checkpoints '{folder}' is not empty: expected a new folder, or --resume to go on from it.");
        }
    }

    /// <summary>Sums results up by case.</summary>
    private sealed class CaseMeans(Experiment experiment) : IResultSink
    {
        private readonly List<Repetition> _repetitions = [];

        public IReadOnlyCollection<Repetition> Repetitions => _repetitions;

        public ExperimentReport Report() => ExperimentReport.Of(experiment, _repetitions);

        public void Add(Repetition repetition) => _repetitions.Add(repetition);

        public void Add(RefusalCount refusals)
        {
        }

        public void Add(HazardCount hazards)
        {
        }

        public void Add(in MemorySample sample)
        {
        }

        public void AddTimesToFirstMap(int @case, int repetition, LongHistogram histogram)
        {
        }
    }
}
