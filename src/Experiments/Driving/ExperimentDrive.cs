using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;

namespace DmaGrains.Experiments.Driving;

/// <summary>
/// An experiment inside a cluster: its repetitions one after the other, each case in turn. It has no clock, sends nothing and stores
/// nothing itself. Its driver does that, and must store the state before it sends the next commands.
/// </summary>
internal sealed class ExperimentDrive
{
    /// <summary>The most kinds of refusals that are stored for a repetition.</summary>
    public const int RefusalKindsMax = 64;

    /// <summary>The step under which all further kinds are counted.</summary>
    public const string Others = "others";

    private readonly Experiment _experiment;
    private readonly string _caller;
    private ImmutableArray<BoardDrive> _boards;
    private ExperimentDriveState _state;

    /// <summary>Begins an experiment, or restores it.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="caller">The caller of its commands' ids.</param>
    /// <param name="state">Its state.</param>
    public ExperimentDrive(Experiment experiment, string caller, ExperimentDriveState state)
    {
        (_experiment, _caller, _state) = (experiment, caller, state);
        _boards =
        [
            .. state.Boards.Select((board, index) => BoardDrive.GoOn(Case, index, Limits, ClusterExperiment.SessionsOf(Case), board)),
        ];
    }

    /// <summary>The boards of the current repetition, under their names in the cluster.</summary>
    public ImmutableArray<BoardDefinition> Boards =>
    [
        .. Case.Boards.Select((board, index) => board with
        {
            Name = GrainBoard.NameOf(_experiment.Name, _caller, Case.Case.Index, Repetition, index),
        }),
    ];

    /// <summary>Its stage.</summary>
    public ExperimentStage Stage => _state.Stage;

    /// <summary>Whether it has to be driven further.</summary>
    public bool GoesOn => Stage is ExperimentStage.Running or ExperimentStage.Stopping;

    /// <summary>Whether the current repetition has begun.</summary>
    public bool HasBegun => !_boards.IsEmpty;

    /// <summary>Whether the current repetition is over, with only its boards left in the cluster.</summary>
    public bool IsRepetitionOver => HasBegun && _boards.All(board => board.IsEmpty);

    /// <summary>When the current repetition began.</summary>
    public DateTimeOffset BegunAt => _state.BegunAt;

    /// <summary>How long the current repetition has been driven, in nanoseconds.</summary>
    public ulong Elapsed => _state.ElapsedNanoseconds;

    /// <summary>The state to continue from, after all ready commands have been taken.</summary>
    public ExperimentDriveState State => _state with { Boards = [.. _boards.Select(board => board.State)] };

    /// <summary>The unanswered commands.</summary>
    public IEnumerable<(int Board, BoardRequest Request)> InFlight =>
        _boards.SelectMany((board, index) => board.InFlight.Select(request => (index, request)));

    private int Plays => _experiment.Cases.Length * _experiment.Repetitions;

    private ExperimentCase Case => _experiment.Cases[Math.Min(_state.Play, Plays - 1) % _experiment.Cases.Length];

    private int Repetition => Math.Min(_state.Play, Plays - 1) / _experiment.Cases.Length;

    private Playing.SimulationLimits Limits => LiveRun.LimitsOf(_experiment, Repetition);

    /// <summary>Begins the current repetition, once its boards are defined in the cluster.</summary>
    /// <param name="at">The current wall-clock time.</param>
    public void Begin(DateTimeOffset at)
    {
        _state = _state with { BegunAt = at, DrivenAt = at };
        _boards = [.. Case.Boards.Select((_, index) => BoardDrive.Begin(Case, index, Limits, ClusterExperiment.SessionsOf(Case)))];
    }

    /// <summary>Advances the time and plays everything that is due.</summary>
    /// <param name="now">Nanoseconds since the repetition began, without the time in which it was not driven.</param>
    /// <param name="at">The current wall-clock time.</param>
    /// <returns>Whether anything happened.</returns>
    public bool Advance(ulong now, DateTimeOffset at)
    {
        _state = _state with { ElapsedNanoseconds = now, DrivenAt = at };
        var hasHappened = false;
        foreach (var board in _boards)
        {
            while (board.NextDue <= now)
            {
                board.Advance(now);
                hasHappened = true;
            }
        }

        return hasHappened;
    }

    /// <summary>Notes that the experiment was not driven since the state was stored.</summary>
    /// <param name="at">The current wall-clock time.</param>
    public void NoteGap(DateTimeOffset at)
    {
        if (HasBegun && at > _state.DrivenAt)
        {
            var gap = (ulong)(at - _state.DrivenAt).Ticks * 100;
            _state = _state with { NotDrivenNanoseconds = _state.NotDrivenNanoseconds + gap, DrivenAt = at };
            foreach (var board in _boards)
            {
                board.NoteHeldUp(gap);
            }
        }
    }

    /// <summary>Notes that a command was sent again because there was no reply.</summary>
    public void NoteSentAgain() => _state = _state with { SentAgain = _state.SentAgain + 1 };

    /// <summary>Notes the number of silos lost since the current repetition began, as far as the cluster still knows.</summary>
    public void NoteLost(uint silos) => _state = _state with { SilosLost = Math.Max(_state.SilosLost, silos) };

    /// <summary>Notes a problem that does not end the experiment.</summary>
    public void NoteProblem(string problem) => _state = _state with { Problem = HarmlessText.Short(problem, 300) };

    /// <summary>Takes the next command to send, after the state is stored.</summary>
    public bool TryTake(out int board, out BoardRequest request)
    {
        for (board = 0; board < _boards.Length; board++)
        {
            if (_boards[board].TryTake(out request))
            {
                return true;
            }
        }

        request = default;
        return false;
    }

    /// <summary>Takes the reply to a command: see <see cref="BoardDrive.Answer"/>.</summary>
    public void Answer(int board, in BoardRequest request, Refusal? refusal, ulong sentAt, ulong now) => _boards[board].Answer(request, refusal, sentAt, now);

    /// <summary>Stops the experiment, which ends once everything is given back.</summary>
    public void Stop()
    {
        if (Stage == ExperimentStage.Running)
        {
            _state = _state with { Stage = ExperimentStage.Stopping };
            foreach (var board in _boards)
            {
                board.Finish();
            }
        }
    }

    /// <summary>Ends the experiment because it cannot continue.</summary>
    public void Fail(string problem) => _state = _state with { Stage = ExperimentStage.Failed, Problem = HarmlessText.Short(problem, 300) };

    /// <summary>Moves on to the next repetition, after the current one's results are stored and its boards removed.</summary>
    public void End()
    {
        var next = _state.Play + 1;
        _boards = [];
        _state = new()
        {
            Play = next,
            Stage = Stage == ExperimentStage.Stopping ? ExperimentStage.Stopped : next == Plays ? ExperimentStage.Done : ExperimentStage.Running,
            DrivenAt = _state.DrivenAt,
            Problem = _state.Problem,
        };
    }

    /// <summary>The current repetition's results so far; null when it has not begun.</summary>
    public ExperimentRepetition? Result()
    {
        if (!HasBegun)
        {
            return null;
        }

        var results = new DriveResults(
            Case.Case.Index,
            Repetition,
            [.. _boards.Select(board => board.Counted)],
            new(_state.SentAgain, _state.SilosLost, _state.NotDrivenNanoseconds));
        return new(
            Case.Case.Index,
            string.Join(", ", Case.Case.Values.Select(value => $"{value.Key} {value.Value}")),
            Repetition,
            IsRepetitionOver,
            [.. results.Measures().Select(measure => new MeasuredValue(measure.Key, measure.Value))],
            MostOf([.. results.Refusals().Select(refusal => new CountedRefusal(refusal.Step, refusal.Errno, refusal.Field, refusal.Importer, refusal.Count))]));
    }

    /// <summary>The most frequent refusals; the others are counted together, so that the stored size is bounded.</summary>
    private static ImmutableArray<CountedRefusal> MostOf(ImmutableArray<CountedRefusal> refusals)
    {
        if (refusals.Length <= RefusalKindsMax)
        {
            return refusals;
        }

        var most = refusals.OrderByDescending(refusal => refusal.Count).Take(RefusalKindsMax - 1).ToHashSet();
        var others = refusals.Where(refusal => !most.Contains(refusal)).Aggregate(0UL, (sum, refusal) => sum + refusal.Count);
        return [.. refusals.Where(most.Contains), new(Others, string.Empty, string.Empty, string.Empty, others)];
    }

    /// <summary>The experiment's progress.</summary>
    /// <param name="results">The results of earlier repetitions.</param>
    public ExperimentStatus Status(ImmutableArray<ExperimentRepetition> results)
    {
        var present = Result();
        return new(
            _experiment.Name,
            Stage,
            Math.Min(1, (_state.Play + (HasBegun ? _boards.Average(board => board.Share) : 0)) / Plays),
            present is null ? results : With(results, present),
            _state.Problem);
    }

    /// <summary>Adds results, replacing those of the same repetition.</summary>
    public static ImmutableArray<ExperimentRepetition> With(ImmutableArray<ExperimentRepetition> results, ExperimentRepetition more) =>
        [.. results.Where(result => (result.Case, result.Index) != (more.Case, more.Index)), more];
}

/// <summary>The stored state of an experiment inside a cluster.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-drive-state")]
internal sealed record ExperimentDriveState
{
    /// <summary>Whether it runs.</summary>
    [Id(0)]
    public ExperimentStage Stage { get; init; }

    /// <summary>The number of finished repetitions, summed over cases.</summary>
    [Id(1)]
    public int Play { get; init; }

    /// <summary>The boards of the current repetition; empty before it begins.</summary>
    [Id(2)]
    public ImmutableArray<DriveState> Boards { get; init; } = [];

    /// <summary>How long the current repetition has been driven, in nanoseconds.</summary>
    [Id(3)]
    public ulong ElapsedNanoseconds { get; init; }

    /// <summary>The driver's wall-clock time at that moment.</summary>
    [Id(4)]
    public DateTimeOffset DrivenAt { get; init; }

    /// <summary>How long it was not driven, in nanoseconds.</summary>
    [Id(5)]
    public ulong NotDrivenNanoseconds { get; init; }

    /// <summary>How often commands were sent again.</summary>
    [Id(6)]
    public ulong SentAgain { get; init; }

    /// <summary>How many silos were lost.</summary>
    [Id(7)]
    public uint SilosLost { get; init; }

    /// <summary>What went wrong, or null.</summary>
    [Id(8)]
    public string? Problem { get; init; }

    /// <summary>When the present repetition began.</summary>
    [Id(9)]
    public DateTimeOffset BegunAt { get; init; }
}
