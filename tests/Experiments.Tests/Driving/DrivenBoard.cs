using DmaGrains.Experiments.Driving;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Tests.Driving;

/// <summary>
/// Drives a board of the model: each command is answered after a time that the test chooses, and at one time one session after the other.
/// </summary>
internal sealed class DrivenBoard
{
    private readonly Experiment _experiment;
    private readonly SimulationLimits _limits;
    private readonly int _sessionsMax;
    private readonly LiveBoard _board;
    private readonly Dictionary<string, DmaBuffer> _buffers = [];
    private readonly PriorityQueue<(BoardRequest Request, ulong SentAt), (ulong At, SessionKey Session)> _inFlight = new();
    private readonly Func<ulong> _latency;

    public DrivenBoard(Experiment experiment, Func<ulong>? latency = null, int sessionsMax = LiveRun.SessionsMax)
    {
        (_experiment, _latency, _sessionsMax) = (experiment, latency ?? (() => 0), sessionsMax);
        _limits = LiveRun.LimitsOf(experiment, 0);
        _board = new(experiment.Cases[0].Boards[0]);
        Drive = BoardDrive.Begin(experiment.Cases[0], 0, _limits, sessionsMax);
    }

    public BoardDrive Drive { get; private set; }

    public ulong Now { get; private set; }

    /// <summary>Every command that the board was asked for, with its answer.</summary>
    public List<(BoardRequest Request, Refusal? Refusal)> Outcomes { get; } = [];

    public PagesFree Memory => new(_board.Memory.FreePageCount);

    /// <summary>Commands that count, as they were answered.</summary>
    public IEnumerable<(BoardRequest Request, Refusal? Refusal)> Counted =>
        Outcomes.Where(outcome => outcome.Request.Number <= Drive.State.CountedUntil);

    /// <summary>One step: what is due first happens, and is answered when it is time.</summary>
    public void Step()
    {
        var answerAt = _inFlight.TryPeek(out var first, out var due) ? due.At : ulong.MaxValue;
        if (Drive.NextDue is { } next && next < answerAt)
        {
            Now = Math.Max(Now, next);
            Drive.Advance(Now);
        }
        else
        {
            Assert.True(answerAt != ulong.MaxValue, "nothing is in flight, and nothing is due");
            _inFlight.Dequeue();
            Now = Math.Max(Now, answerAt);
            var refusal = Execute(first.Request);
            Outcomes.Add((first.Request, refusal));
            Drive.Answer(first.Request, refusal, first.SentAt, Now);
        }

        Send();
    }

    /// <summary>The drive ends, and sends what gives everything back.</summary>
    public void Finish()
    {
        Drive.Finish();
        Send();
    }

    public void PlayToEnd()
    {
        while (!Drive.IsEmpty)
        {
            Step();
        }
    }

    /// <summary>The drive goes on from its state, as after the loss of a silo.</summary>
    public void GoOn(Func<DriveState, DriveState> stored)
    {
        Drive = BoardDrive.GoOn(_experiment.Cases[0], 0, _limits, _sessionsMax, stored(Drive.State));
        Assert.Equal(
            _inFlight.UnorderedItems.Select(item => item.Element.Request).OrderBy(request => request.Session),
            Drive.InFlight.OrderBy(request => request.Session));
    }

    private void Send()
    {
        while (Drive.TryTake(out var request))
        {
            _inFlight.Enqueue((request, Now), (Now + _latency(), request.Session));
        }
    }

    private Refusal? Execute(in BoardRequest request)
    {
        if (request.Command is null)
        {
            var exported = _board.Export(request.Export!);
            if (exported.TryGetValue(out var made))
            {
                _buffers.Add(made.Name, made);
            }

            return exported.Refusal;
        }

        _buffers[request.Buffer] = _board.Execute(_buffers[request.Buffer], request.Command, out var refusal);
        return refusal;
    }

    /// <summary>How many pages nobody holds.</summary>
    public readonly record struct PagesFree(ulong Count);
}
