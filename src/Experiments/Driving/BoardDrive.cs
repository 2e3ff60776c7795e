using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Driving;

/// <summary>
/// One board of one repetition of a case, in real time on grains: it determines the commands to send, and takes their replies. It has no
/// clock and sends nothing itself; its driver passes the time, so the state can be stored and continued elsewhere.
/// </summary>
/// <remarks>
/// What comes is that of <see cref="Simulation"/>, from the same random numbers (<see cref="WorkloadPlay"/>). A session has one command in
/// flight at a time.
/// </remarks>
internal sealed partial class BoardDrive
{
    /// <summary>The most steps waiting in a session; beyond, further uses are missed.</summary>
    private const int StepsMax = 256;

    /// <summary>The most simultaneous uses of a session; beyond, further uses are missed.</summary>
    private const int UsesMax = 64;

    // Below this number, obsolete events are not worth removing.
    private const int ForgottenMin = 1024;

    private readonly SimulationLimits _limits;
    private readonly int _sessionsMax;
    private readonly WorkloadPlay _workload;
    private readonly ImmutableArray<StreamPlay> _streams;
    private readonly ImmutableArray<OtherPlay> _others;
    private readonly ImmutableArray<FaultPlay> _faults;
    private readonly PriorityQueue<Event, Due> _queue = new();
    private readonly Dictionary<SessionKey, DrivenSession> _sessions = [];

    // First come, first served; the first one stays here while it is tried again.
    private readonly List<SessionKey> _waiting = [];
    private readonly Dictionary<string, int> _hanging = [];
    private readonly Queue<BoardRequest> _ready = [];
    private readonly DriveTally _tally;

    // The time until which each fault makes its device hang, by the fault's index in the file.
    private readonly ulong[] _hangsUntil;

    private ulong _now;
    private ulong _sequence;
    private long _sent;
    private long? _countedUntil;
    private bool _hasBegunAnew;
    private ulong _gone;
    private uint _live;
    private int _inFlight;
    private int _remembered;

    private BoardDrive(ExperimentCase @case, int board, SimulationLimits limits, int sessionsMax, DriveTallyState counted)
    {
        _limits = limits;
        _sessionsMax = sessionsMax;
        _tally = new(counted);
        _workload = new(@case, board, limits);
        (_streams, _others, _faults) = (_workload.Streams, _workload.Others, _workload.Faults);
        _hangsUntil = new ulong[@case.Faults.Length];
    }

    /// <summary>Creates a board at its start.</summary>
    /// <param name="case">The case.</param>
    /// <param name="board">The board's index in the case.</param>
    /// <param name="limits">When it ends, and its random numbers.</param>
    /// <param name="sessionsMax">The most sessions at a time; further arrivals are missed.</param>
    public static BoardDrive Begin(ExperimentCase @case, int board, SimulationLimits limits, int sessionsMax)
    {
        var drive = new BoardDrive(@case, board, limits, sessionsMax, new());
        drive.PlanAll();
        return drive;
    }

    /// <summary>Restores a board.</summary>
    /// <param name="case">The case.</param>
    /// <param name="board">The board's index in the case.</param>
    /// <param name="limits">When it ends, and its random numbers.</param>
    /// <param name="sessionsMax">The most sessions at a time.</param>
    /// <param name="state">Its state.</param>
    public static BoardDrive GoOn(ExperimentCase @case, int board, SimulationLimits limits, int sessionsMax, DriveState state)
    {
        var drive = new BoardDrive(@case, board, limits, sessionsMax, state.Counted);
        drive.Restore(state);
        return drive;
    }

    /// <summary>Whether the run is over: nothing more arrives, and only replies to commands sent before still count.</summary>
    public bool IsOver => _countedUntil is not null;

    /// <summary>Whether the run is over and nothing of it is left in the cluster.</summary>
    public bool IsEmpty => IsOver && _sessions.Count == 0;

    /// <summary>When the next event is due, in nanoseconds from the start; null when the board only waits for replies.</summary>
    public ulong? NextDue => IsOver ? null : _queue.TryPeek(out _, out var due) ? Math.Min(due.At, _limits.Nanoseconds) : _limits.Nanoseconds;

    /// <summary>The counted, answered commands since the warm-up.</summary>
    public ulong Commands => _tally[DriveCounter.Commands];

    /// <summary>The number of commands sent.</summary>
    public long Sent => _sent;

    /// <summary>The counts so far.</summary>
    public DriveTallyState Counted => _tally.State;

    /// <summary>The share of the run that is done, 0 to 1.</summary>
    public double Share => IsOver ? 1
        : _limits.Commands != ulong.MaxValue ? (double)_sent / _limits.Commands
        : (double)_now / _limits.Nanoseconds;

    /// <summary>The state to continue from, after all ready commands have been taken.</summary>
    public DriveState State => new()
    {
        Now = _now,
        Sequence = _sequence,
        Sent = _sent,
        CountedUntil = _countedUntil,
        HasBegunAnew = _hasBegunAnew,
        Gone = _gone,
        Planned = [.. _queue.UnorderedItems.Select(item => new PlannedEvent(item.Element, item.Priority)).OrderBy(planned => planned.Due)],
        Sessions = [.. InOrder],
        Waiting = [.. _waiting],
        Hanging = [.. _hanging.OrderBy(device => device.Key, StringComparer.Ordinal).SelectMany(device => Enumerable.Repeat(device.Key, device.Value))],
        Counted = _tally.State,
        HangsUntil = [.. _hangsUntil],
    };

    /// <summary>The unanswered commands, which must be sent again after a restore.</summary>
    public IEnumerable<BoardRequest> InFlight => InOrder.Where(session => session.IsInFlight).Select(RequestOf);

    private IEnumerable<DrivenSession> InOrder => _sessions.OrderBy(session => session.Key).Select(session => session.Value);

    /// <summary>Takes the next command to send.</summary>
    public bool TryTake(out BoardRequest request) => _ready.TryDequeue(out request);

    /// <summary>Advances the time and plays the first event that is due. More may be due: see <see cref="NextDue"/>.</summary>
    /// <param name="now">Nanoseconds from the start.</param>
    public void Advance(ulong now)
    {
        GoTo(now);
        if (!IsOver && _queue.TryPeek(out var what, out var due) && due.At <= Math.Min(now, _limits.Nanoseconds))
        {
            _queue.Dequeue();
            Happen(what, due.At);
            FinishIfDone();
        }
        else if (now >= _limits.Nanoseconds)
        {
            Finish();
        }
    }

    /// <summary>Notes that the board was not driven for a while, during which its own time stood still.</summary>
    /// <param name="nanoseconds">The length of that time.</param>
    public void NoteHeldUp(ulong nanoseconds)
    {
        foreach (var session in _sessions.Values.Where(session => session.IsInFlight))
        {
            session.HeldUp += nanoseconds;
        }
    }

    /// <summary>Ends the run now: nothing more arrives, and everything is given back.</summary>
    public void Finish()
    {
        if (IsOver)
        {
            return;
        }

        _tally.SetLive(_now, _live);
        _countedUntil = _sent;
        _queue.Clear();
        _waiting.Clear();
        _hanging.Clear();
        foreach (var session in InOrder.ToList())
        {
            End(session, _now);
        }
    }

    private void Restore(DriveState state)
    {
        (_now, _sequence, _sent, _countedUntil) = (state.Now, state.Sequence, state.Sent, state.CountedUntil);
        (_hasBegunAnew, _gone, _live) = (state.HasBegunAnew, state.Gone, state.Counted.Live);
        _queue.EnqueueRange(state.Planned.Select(planned => (planned.What, planned.Due)));
        foreach (var session in state.Sessions)
        {
            _sessions.Add(session.Key, session);
            _inFlight += session.IsInFlight ? 1 : 0;
        }

        _waiting.AddRange(state.Waiting);
        foreach (var device in state.Hanging)
        {
            _hanging[device] = _hanging.GetValueOrDefault(device) + 1;
        }

        state.HangsUntil.CopyTo(_hangsUntil);
    }

    private void GoTo(ulong now)
    {
        if (!_hasBegunAnew && _limits.WarmUpNanoseconds is { } warmUp && now >= warmUp)
        {
            _hasBegunAnew = true;
            _tally.SetLive(Math.Max(_now, warmUp), _live);
            _tally.BeginAnew(Math.Max(_now, warmUp));
        }

        _now = Math.Max(_now, now);
    }

    private void FinishIfDone()
    {
        // If all clients wait for memory, they would wait for ever.
        if ((ulong)_sent >= _limits.Commands || (_queue.Count == 0 && _inFlight == 0))
        {
            Finish();
        }
    }

    private void PlanAll() => Plan(_workload.Beginnings());

    private void Plan(IEnumerable<(ulong At, Event What)> events)
    {
        foreach (var (at, what) in events)
        {
            Plan(at, what);
        }
    }

    private void Plan(ulong at, in Event what) => _queue.Enqueue(what, new(at, _sequence++));

    private void PlanArrival(int stream, ulong number, ulong previous)
    {
        if (_streams[stream].ArrivalOf(number, previous) is { } at)
        {
            Plan(at, new(EventKind.Arrival, stream, number));
        }
    }

    private void PlanClient(int stream, ulong number) => Plan(_now + _streams[stream].ThinkBefore(number), new(EventKind.Client, stream, number));

    private void Happen(in Event what, ulong at)
    {
        switch (what.Kind)
        {
            case EventKind.Arrival:
                PlanArrival(what.Index, what.Number + 1, at);
                Arrive(what.Index, what.Number, at);
                break;
            case EventKind.Client:
                Arrive(what.Index, what.Number, at);
                break;
            case EventKind.OtherArrival:
                Plan(_others[what.Index].ArrivalOf(what.Number + 1, at), new(EventKind.OtherArrival, what.Index, what.Number + 1));
                ArriveOther(what.Index, what.Number, at);
                break;
            case EventKind.FirstUse when SessionOf(what) is { } session:
                UseHeld(session, what.Part, at);
                break;
            case EventKind.Use when SessionOf(what) is { } session:
                Use(session, at);
                break;
            case EventKind.EndOfUse when SessionOf(what) is { } session:
                session.UsesGoingOn--;
                EndUse(session, what.Part, at);
                break;
            case EventKind.LastUse when SessionOf(what) is { Session.Stage: SessionStage.Served } session:
                LeaveHeld(session, what.Part, at);
                break;
            case EventKind.EndOfLife when SessionOf(what) is { } session:
                End(session, at);
                break;
            case EventKind.Fault:
                Fail(what.Index, what.Number, at);
                break;
            case EventKind.EndOfFault:
                Recover(what.Index, at);
                break;
        }
    }

    /// <summary>Removes events of ended sessions before they dominate, so that the stored state does not grow with time.</summary>
    private void Forget()
    {
        if (_queue.Count < ForgottenMin + (2 * _remembered))
        {
            return;
        }

        var kept = _queue.UnorderedItems
            .Where(item => item.Element.Kind is not (EventKind.FirstUse or EventKind.Use or EventKind.EndOfUse or EventKind.EndOfLife or EventKind.LastUse)
                || SessionOf(item.Element) is not null)
            .ToList();
        _queue.Clear();
        _queue.EnqueueRange(kept);
        _remembered = kept.Count;
    }

    /// <summary>The session of an event; null when it has ended.</summary>
    private DrivenSession? SessionOf(in Event what) => _sessions.GetValueOrDefault(new(what.Index, what.Number));

    private void SetLive(uint live)
    {
        _live = live;
        if (!IsOver)
        {
            _tally.SetLive(_now, live);
        }
    }
}
