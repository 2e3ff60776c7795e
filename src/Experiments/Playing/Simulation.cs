using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Model;

namespace DmaGrains.Experiments.Playing;

/// <summary>Plays one board of one repetition of a case, event by event in virtual time. All rules are the model's.</summary>
internal sealed partial class Simulation
{
    private readonly SimulationLimits _limits;
    private readonly LiveBoard _board;
    private readonly Tally _tally;
    private readonly Fragmentation _fragmentation;
    private readonly WorkloadPlay _workload;
    private readonly ImmutableArray<StreamPlay> _streams;
    private readonly ImmutableArray<OtherPlay> _others;
    private readonly ImmutableArray<FaultPlay> _faults;
    private readonly PriorityQueue<Event, Due> _queue = new();

    // First come, first served; tried again after an event that gave memory back.
    private readonly Queue<WaitingSession> _waiting = new();
    private readonly Dictionary<string, int> _hanging = [];

    private ulong _now;
    private ulong _sequence;
    private ulong _commands;
    private uint _live;
    private UInt128 _liveArea;
    private ulong _liveSince;
    private UInt128 _sojourns;
    private bool _hasBegunAnew;
    private bool _hasGivenBack;
    private ICommandWatch? _watch;

    private Simulation(ExperimentCase @case, int board, SimulationLimits limits, LiveBoard live, TallyState? tally)
    {
        _limits = limits;
        _board = live;
        _tally = new(live.Definition, live.Memory, @case.Workload.Length, tally);
        _fragmentation = new(live.Definition.Memory);
        _workload = new(@case, board, limits);
        (_streams, _others, _faults) = (_workload.Streams, _workload.Others, _workload.Faults);
    }

    /// <summary>Creates a board at its start.</summary>
    /// <param name="case">The case.</param>
    /// <param name="board">The board's index in the case.</param>
    /// <param name="limits">When it ends, and its random numbers.</param>
    /// <param name="watch">Observes each command and its reply, or null.</param>
    public static Simulation Begin(ExperimentCase @case, int board, SimulationLimits limits, ICommandWatch? watch = null)
    {
        var simulation = new Simulation(@case, board, limits, new(@case.Boards[board]), null) { _watch = watch };
        simulation.PlanAll();
        return simulation;
    }

    /// <summary>Whether it is finished.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Commands carried out or refused so far.</summary>
    public ulong Commands => _commands;

    /// <summary>Virtual time, in nanoseconds.</summary>
    public ulong Now => _now;

    /// <summary>The board's memory.</summary>
    public Model.Memory.PhysicalMemory Memory => _board.Memory;

    /// <summary>The counts so far.</summary>
    public TallyState Counted => _tally.State;

    /// <summary>Continues to play.</summary>
    /// <param name="commandsMax">The number of commands after which it pauses.</param>
    /// <returns>Whether it is finished.</returns>
    public bool Play(ulong commandsMax)
    {
        var pauseAt = commandsMax > ulong.MaxValue - _commands ? ulong.MaxValue : _commands + commandsMax;
        while (!IsDone && _commands < pauseAt)
        {
            var isEmpty = !_queue.TryPeek(out _, out var due);
            if (_commands >= _limits.Commands || (isEmpty && _limits.Commands != ulong.MaxValue))
            {
                End();
            }
            else if (isEmpty || due.At > _limits.Nanoseconds)
            {
                GoTo(_limits.Nanoseconds);
                End();
            }
            else
            {
                GoTo(due.At);
                Happen(_queue.Dequeue());
                ServeWaiting();
            }
        }

        return IsDone;
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

    private void PlanArrival(int stream, ulong number)
    {
        if (_streams[stream].ArrivalOf(number, _now) is { } at)
        {
            Plan(at, new(EventKind.Arrival, stream, number));
        }
    }

    private void PlanClient(int stream, ulong number) => Plan(_now + _streams[stream].ThinkBefore(number), new(EventKind.Client, stream, number));

    private void GoTo(ulong at)
    {
        if (!_hasBegunAnew && _limits.WarmUpNanoseconds is { } warmUp && at >= warmUp)
        {
            _hasBegunAnew = true;
            _tally.Advance(warmUp);
            _tally.BeginAnew(warmUp, _board.Memory);
        }

        _now = at;
        _tally.Advance(at);
    }

    private void Happen(in Event what)
    {
        switch (what.Kind)
        {
            case EventKind.Arrival:
                PlanArrival(what.Index, what.Number + 1);
                Arrive(_streams[what.Index], what.Number);
                break;
            case EventKind.Client:
                Arrive(_streams[what.Index], what.Number);
                break;
            case EventKind.FirstUse when SessionOf(what) is { } session:
                UseHeld(session, what.Part);
                break;
            case EventKind.Use when SessionOf(what) is { } session:
                Use(session);
                break;
            case EventKind.EndOfUse when SessionOf(what) is { } session:
                EndUse(session, what.Part);
                break;
            case EventKind.LastUse when SessionOf(what) is { } session:
                LeaveHeld(session, what.Part);
                break;
            case EventKind.EndOfLife when SessionOf(what) is { } session:
                End(session);
                break;
            case EventKind.OtherArrival:
                TakeOther(what.Index, what.Number);
                break;
            case EventKind.EndOfOther:
                GiveBackOther(what.Index, what.Number);
                break;
            case EventKind.Fault:
                Fail(what.Index, what.Number);
                break;
            case EventKind.EndOfFault:
                Recover(what.Index, what.Number);
                break;
        }
    }

    /// <summary>The session of an event; null when it has ended.</summary>
    private Session? SessionOf(in Event what) => _streams[what.Index].Sessions.GetValueOrDefault(what.Number);

    private void SetLive(uint live)
    {
        _liveArea += (UInt128)(_now - _liveSince) * _live;
        (_liveSince, _live) = (_now, live);
        _tally.SetLive(_now, live);
    }

    /// <summary>Ends the run, and asserts Little's law exactly, including the buffers that are still there.</summary>
    private void End()
    {
        SetLive(_live);
        _tally.SetMemory(_now, _board.Memory);
        var present = _streams.SelectMany(stream => stream.Sessions.Values)
            .Aggregate((UInt128)0, (sum, session) => sum + ((UInt128)(_now - session.ArrivedAt) * (uint)session.Buffers.Length));
        Invariant.Holds(_liveArea == _sojourns + present);
        _board.AssertInvariants();
        IsDone = true;
    }
}
