using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;

namespace DmaGrains.Experiments.Driving;

/// <summary>
/// An experiment inside a cluster: its repetitions one after the other, each case in turn. It has no clock, sends nothing and stores nothing;
/// who drives it does, and stores its state before it sends what is to be sent.
/// </summary>
internal sealed class ExperimentDrive
{
    /// <summary>Most kinds of refusals that are kept of a repetition.</summary>
    public const int RefusalKindsMax = 64;

    /// <summary>The step of those beyond, together.</summary>
    public const string Others = "others";

    private readonly Experiment _experiment;
    private readonly string _caller;
    private ImmutableArray<BoardDrive> _boards;
    private ExperimentDriveState _state;

    /// <summary>An experiment that goes on, or begins.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="caller">The caller of its commands' ids.</param>
    /// <param name="state">What it was.</param>
    public ExperimentDrive(Experiment experiment, string caller, ExperimentDriveState state)
    {
        (_experiment, _caller, _state) = (experiment, caller, state);
        _boards =
        [
            .. state.Boards.Select((board, index) => BoardDrive.GoOn(Case, index, Limits, ClusterExperiment.SessionsOf(Case), board)),
        ];
    }

    /// <summary>The boards of the present repetition, under the names that they have in the cluster.</summary>
    public ImmutableArray<BoardDefinition> Boards =>
    [
        .. Case.Boards.Select((board, index) => board with
        {
            Name = GrainBoard.NameOf(_experiment.Name, _caller, Case.Case.Index, Repetition, index),
        }),
    ];

    /// <summary>Whether it runs.</summary>
    public ExperimentStage Stage => _state.Stage;

    /// <summary>Whether it is to be driven on.</summary>
    public bool GoesOn => Stage is ExperimentStage.Running or ExperimentStage.Stopping;

    /// <summary>Whether the present repetition has begun.</summary>
    public bool HasBegun => !_boards.IsEmpty;

    /// <summary>Whether the present repetition is over, with nothing of it left in the cluster but its boards.</summary>
    public bool IsRepetitionOver => HasBegun && _boards.All(board => board.IsEmpty);

    /// <summary>When the present repetition began.</summary>
    public DateTimeOffset BegunAt => _state.BegunAt;

    /// <summary>How long the present repetition has been driven, in nanoseconds.</summary>
    public ulong Elapsed => _state.ElapsedNanoseconds;

    /// <summary>What it consists of, to go on from; everything that was ready has been taken.</summary>
    public ExperimentDriveState State => _state with { Boards = [.. _boards.Select(board => board.State)] };

    /// <summary>What was sent and is not answered.</summary>
    public IEnumerable<(int Board, BoardRequest Request)> InFlight =>
        _boards.SelectMany((board, index) => board.InFlight.Select(request => (index, request)));

    private int Plays => _experiment.Cases.Length * _experiment.Repetitions;

    private ExperimentCase Case => _experiment.Cases[Math.Min(_state.Play, Plays - 1) % _experiment.Cases.Length];

    private int Repetition => Math.Min(_state.Play, Plays - 1) / _experiment.Cases.Length;

    private Playing.SimulationLimits Limits => LiveRun.LimitsOf(_experiment, Repetition);

    /// <summary>The boards are in the cluster: the present repetition begins.</summary>
    /// <param name="at">What a clock shows.</param>
    public void Begin(DateTimeOffset at)
    {
        _state = _state with { BegunAt = at, DrivenAt = at };
        _boards = [.. Case.Boards.Select((_, index) => BoardDrive.Begin(Case, index, Limits, ClusterExperiment.SessionsOf(Case)))];
    }

    /// <summary>Time has gone on: everything that is due until now happens.</summary>
    /// <param name="now">Nanoseconds since the repetition began, without the time in which nobody drove.</param>
    /// <param name="at">What a clock shows.</param>
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

    /// <summary>Nobody drove since the state was stored.</summary>
    /// <param name="at">What a clock shows now.</param>
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

    /// <summary>A command was sent again for want of a reply.</summary>
    public void NoteSentAgain() => _state = _state with { SentAgain = _state.SentAgain + 1 };

    /// <summary>So many silos were lost since the present repetition began, as far as the cluster still knows.</summary>
    public void NoteLost(uint silos) => _state = _state with { SilosLost = Math.Max(_state.SilosLost, silos) };

    /// <summary>Something went wrong that does not end it.</summary>
    public void NoteProblem(string problem) => _state = _state with { Problem = HarmlessText.Short(problem, 300) };

    /// <summary>Takes a command that is to be sent now, after the state is stored.</summary>
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

    /// <summary>A command was answered: see <see cref="BoardDrive.Answer"/>.</summary>
    public void Answer(int board, in BoardRequest request, Refusal? refusal, ulong sentAt, ulong now) => _boards[board].Answer(request, refusal, sentAt, now);

    /// <summary>It ends as soon as everything is given back.</summary>
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

    /// <summary>It cannot go on.</summary>
    public void Fail(string problem) => _state = _state with { Stage = ExperimentStage.Failed, Problem = HarmlessText.Short(problem, 300) };

    /// <summary>The present repetition's results are stored and its boards removed: the next one is next.</summary>
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

    /// <summary>What came of the present repetition so far; null when it has not begun.</summary>
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

    /// <summary>The most frequent ones; the others are one together, so that what is stored is bounded.</summary>
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

    /// <summary>Where it is.</summary>
    /// <param name="results">What came of the repetitions before.</param>
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

    /// <summary>Results with one more; the same repetition again takes the place of what it was.</summary>
    public static ImmutableArray<ExperimentRepetition> With(ImmutableArray<ExperimentRepetition> results, ExperimentRepetition more) =>
        [.. results.Where(result => (result.Case, result.Index) != (more.Case, more.Index)), more];
}

/// <summary>An experiment inside a cluster at a moment, to go on from.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-drive-state")]
internal sealed record ExperimentDriveState
{
    /// <summary>Whether it runs.</summary>
    [Id(0)]
    public ExperimentStage Stage { get; init; }

    /// <summary>How many repetitions of cases have come to their end.</summary>
    [Id(1)]
    public int Play { get; init; }

    /// <summary>The boards of the present one; empty before it begins.</summary>
    [Id(2)]
    public ImmutableArray<DriveState> Boards { get; init; } = [];

    /// <summary>How long it has been driven, in nanoseconds.</summary>
    [Id(3)]
    public ulong ElapsedNanoseconds { get; init; }

    /// <summary>What the clock of who drove it showed then.</summary>
    [Id(4)]
    public DateTimeOffset DrivenAt { get; init; }

    /// <summary>How long nobody drove it, in nanoseconds.</summary>
    [Id(5)]
    public ulong NotDrivenNanoseconds { get; init; }

    /// <summary>How often commands were sent again.</summary>
    [Id(6)]
    public ulong SentAgain { get; init; }

    /// <summary>How many silos were lost.</summary>
    [Id(7)]
    public uint SilosLost { get; init; }

    /// <summary>What went wrong; null for nothing.</summary>
    [Id(8)]
    public string? Problem { get; init; }

    /// <summary>When the present repetition began.</summary>
    [Id(9)]
    public DateTimeOffset BegunAt { get; init; }
}
