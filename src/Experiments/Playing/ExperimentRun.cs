using System.Collections.Concurrent;
using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Results;

namespace DmaGrains.Experiments.Playing;

/// <summary>
/// Plays an experiment in virtual time, boards on all cores. The results come in the order of cases and repetitions, whatever the number of
/// cores.
/// </summary>
public sealed class ExperimentRun
{
    private const ulong CommandsBetweenLooks = 50_000;

    private readonly Experiment _experiment;
    private readonly IResultSink _sink;
    private readonly RunOptions _options;
    private readonly Checkpoints? _checkpoints;
    private readonly Lock _lock = new();
    private readonly Dictionary<BoardPlay, double> _shares = [];
    private ulong _commands;
    private int _done;
    private (int Repetitions, int Boards) _planned;

    /// <summary>Prepares a run.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="sink">Takes the results.</param>
    /// <param name="options">How it is run. Existing checkpoints are continued.</param>
    /// <exception cref="CheckpointException">The folder for checkpoints cannot be created.</exception>
    public ExperimentRun(Experiment experiment, IResultSink sink, RunOptions options)
    {
        _experiment = experiment;
        _sink = sink;
        _options = options;
        _checkpoints = options.Checkpoints is { } folder ? new(folder, experiment) : null;
        WarmUp = experiment.WarmUpNanoseconds is { } known ? new(known, HasSettled: true) : null;
    }

    /// <summary>The warm-up, as the file states it or as pilots have shown; null until they have.</summary>
    public BoardWarmUp? WarmUp { get; private set; }

    /// <summary>Plays all repetitions of all cases.</summary>
    /// <param name="cancellationToken">Ends the run soon; checkpoints are written first.</param>
    /// <exception cref="CheckpointException">A checkpoint is of another experiment, another version or damaged, or cannot be written.</exception>
    public void Play(CancellationToken cancellationToken) => Play(0, _experiment.Repetitions, cancellationToken);

    /// <summary>Plays some repetitions of all cases.</summary>
    /// <param name="first">The first repetition, from 0.</param>
    /// <param name="count">The number of repetitions.</param>
    /// <param name="cancellationToken">Ends the run soon; checkpoints are written first.</param>
    /// <exception cref="CheckpointException">As above.</exception>
    public void Play(int first, int count, CancellationToken cancellationToken)
    {
        var repetitions = _experiment.Cases
            .SelectMany(@case => Enumerable.Range(first, count).Select(repetition => new Playing(@case, repetition)))
            .ToList();
        List<Playing> pilots = WarmUp is null ? [.. _experiment.Cases.Select(@case => new Playing(@case, Pilot.Repetition))] : [];
        _planned = (_planned.Repetitions + repetitions.Count, _planned.Boards + pilots.Concat(repetitions).Sum(playing => playing.Outcomes.Length));
        WarmUp ??= FindWarmUp(pilots, cancellationToken);
        var emitted = 0;
        PlayAll(
            repetitions,
            WarmUp.Nanoseconds,
            () =>
            {
                while (emitted < repetitions.Count && repetitions[emitted].IsComplete)
                {
                    repetitions[emitted].AddTo(_sink);
                    emitted++;
                    _done++;
                    Report();
                }
            },
            cancellationToken);
    }

    private BoardWarmUp FindWarmUp(List<Playing> pilots, CancellationToken cancellationToken)
    {
        PlayAll(pilots, null, () => { }, cancellationToken);
        return Pilot.WarmUpOf([.. pilots.Select(pilot => pilot.Outcomes.Select(outcome => outcome!.Counted).ToImmutableArray())]);
    }

    /// <summary>Plays all boards of some repetitions.</summary>
    /// <param name="repetitions">The repetitions.</param>
    /// <param name="warmUp">The warm-up in nanoseconds; null to count everything.</param>
    /// <param name="onOutcome">Called after each board, by one thread at a time.</param>
    /// <param name="cancellationToken">Ends it soon.</param>
    private void PlayAll(List<Playing> repetitions, ulong? warmUp, Action onOutcome, CancellationToken cancellationToken)
    {
        var plays = repetitions.SelectMany(playing => playing.Outcomes.Select((_, board) => (playing, board)));
        try
        {
            Parallel.ForEach(
                Partitioner.Create(plays, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = _options.Cores, CancellationToken = cancellationToken },
                play =>
                {
                    var outcome = Play(play.playing, play.board, warmUp, cancellationToken);
                    lock (_lock)
                    {
                        play.playing.Outcomes[play.board] = outcome;
                        onOutcome();
                    }
                });
        }
        catch (AggregateException problems) when (problems.InnerExceptions.All(problem => problem is OperationCanceledException))
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (AggregateException problems)
        {
            // Report the first problem: the others have the same cause or were cancelled.
            throw problems.InnerExceptions.First(problem => problem is not OperationCanceledException);
        }
    }

    private BoardOutcome Play(Playing playing, int board, ulong? warmUp, CancellationToken cancellationToken)
    {
        var play = new BoardPlay(playing.Case.Case.Index, playing.Repetition, board);
        if (_checkpoints?.ReadOutcome(play) is { } known)
        {
            Note(play, 0, 1);
            return known;
        }

        var limits = new SimulationLimits(_experiment.Seed, playing.Repetition)
        {
            Nanoseconds = _experiment.DurationNanoseconds ?? Times.Max,
            Commands = _experiment.Commands ?? ulong.MaxValue,
            WarmUpNanoseconds = warmUp,
        };
        var simulation = _checkpoints?.ReadState(play) is { } state
            ? Simulation.GoOn(playing.Case, board, limits, state)
            : Simulation.Begin(playing.Case, board, limits);
        var written = simulation.Commands;
        while (!simulation.IsDone)
        {
            var before = simulation.Commands;
            var isInterrupted = cancellationToken.IsCancellationRequested;
            if (!isInterrupted)
            {
                simulation.Play(Math.Min(CommandsBetweenLooks, _options.CommandsBetweenCheckpoints));
                Note(play, simulation.Commands - before, ShareOf(simulation, limits));
            }

            if (_checkpoints is not null && !simulation.IsDone && (isInterrupted || simulation.Commands - written >= _options.CommandsBetweenCheckpoints))
            {
                _checkpoints.Write(play, simulation.State);
                written = simulation.Commands;
            }

            if (isInterrupted)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        var outcome = new BoardOutcome(simulation.Now, simulation.Commands, simulation.Counted);
        _checkpoints?.Write(play, outcome);
        return outcome;
    }

    private static double ShareOf(Simulation simulation, SimulationLimits limits) => simulation.IsDone ? 1
        : limits.Commands != ulong.MaxValue ? (double)simulation.Commands / limits.Commands
        : (double)simulation.Now / limits.Nanoseconds;

    private void Note(BoardPlay play, ulong commands, double share)
    {
        lock (_lock)
        {
            _commands += commands;
            _shares[play] = share;
            Report();
        }
    }

    private void Report() => _options.Progress?.Invoke(new(_done, _planned.Repetitions, _commands, _shares.Values.Sum() / _planned.Boards));

    /// <summary>A repetition of a case that is being played.</summary>
    private sealed class Playing(ExperimentCase @case, int repetition)
    {
        public ExperimentCase Case => @case;

        public int Repetition => repetition;

        public BoardOutcome?[] Outcomes { get; } = new BoardOutcome?[@case.Boards.Length];

        public bool IsComplete => Outcomes.All(outcome => outcome is not null);

        public void AddTo(IResultSink sink)
        {
            new RepetitionResults(@case, repetition, [.. Outcomes.OfType<BoardOutcome>()]).AddTo(sink);

            // Results that were passed on are dropped, because a run may have very many repetitions.
            Array.Clear(Outcomes);
        }
    }
}
