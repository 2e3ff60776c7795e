using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Driving;

/// <content>Buffers from their arrival to their end.</content>
internal sealed partial class BoardDrive
{
    private void Arrive(int stream, ulong number, ulong at)
    {
        if (_sessions.Count >= _sessionsMax)
        {
            _tally.Count(DriveCounter.ArrivalsMissed, (ulong)_streams[stream].Stream.Pool);
            if (_streams[stream].Stream.Arrivals is StreamArrivals.Closed closed)
            {
                PlanClient(stream, number + closed.Clients);
            }

            return;
        }

        var session = DrivenSession.Of(_streams[stream].Arrive(number, at));
        _sessions.Add(session.Key, session);
        _tally.Count(DriveCounter.Buffers, (ulong)session.Buffers.Length);
        SetLive(_live + (uint)session.Buffers.Length);
        if (_streams[stream].Stream.Waits && _waiting.Count != 0)
        {
            session.Session.Stage = SessionStage.Waiting;
            _waiting.Add(session.Key);
        }
        else
        {
            Serve(session, at);
        }
    }

    /// <summary>Other memory is taken as a buffer that nobody imports, allocated at its export.</summary>
    private void ArriveOther(int index, ulong number, ulong at)
    {
        if (_sessions.Count >= _sessionsMax)
        {
            _tally.Count(DriveCounter.ArrivalsMissed);
            return;
        }

        var session = DrivenSession.Of(new()
        {
            Stream = _streams.Length + index,
            Number = number,
            ArrivedAt = at,
            Buffers = [null],
            Holdings = [],
            HasBeenMapped = [false],
            JoinsAt = [],
        });
        _sessions.Add(session.Key, session);
        Serve(session, at);
    }

    /// <summary>Exports the buffers; importers that do not wait for their first use attach and map.</summary>
    private void Serve(DrivenSession driven, ulong at)
    {
        var session = driven.Session;
        session.Stage = SessionStage.BeingServed;
        session.Attempts++;
        (driven.ServedFrom, driven.GoneBefore) = (at, _gone);
        Array.Clear(driven.Buffers);
        Array.Clear(session.Holdings);
        for (var buffer = 0; buffer < driven.Buffers.Length; buffer++)
        {
            Then(driven, SessionStepKind.Export, buffer, 0, at);
            for (var importer = 0; importer < session.Importers && !StreamOf(driven).AttachesLazily; importer++)
            {
                Then(driven, SessionStepKind.Attach, buffer, importer, at);
            }

            for (var importer = 0; importer < session.Importers && StreamOf(driven).Uses is null; importer++)
            {
                if (session.JoinsAt[importer] <= at)
                {
                    ThenAttachAndMap(driven, buffer, importer, at);
                }
            }
        }

        Then(driven, SessionStepKind.Serve, 0, 0, at);
        GoOn(driven);
    }

    /// <summary>The buffers are served: exported, attached and mapped as needed at the start.</summary>
    private void BecomeServed(DrivenSession driven)
    {
        var session = driven.Session;
        if (session.IsLeft)
        {
            End(driven, _now);
            return;
        }

        session.Stage = SessionStage.Served;
        Plan(_workload.EndsOf(session, _now));
        EndWaiting(driven);
        if (IsOther(driven))
        {
            return;
        }

        if (StreamOf(driven).Uses is not null)
        {
            Use(driven, _now);
            return;
        }

        for (var importer = 0; importer < session.Importers; importer++)
        {
            if (session.JoinsAt[importer] > driven.ServedFrom)
            {
                Plan(Math.Max(_now, session.JoinsAt[importer]), new(EventKind.FirstUse, session.Stream, session.Number, importer));
            }
        }
    }

    /// <summary>An importer maps buffers for the first time, to hold them mapped.</summary>
    private void UseHeld(DrivenSession driven, int importer, ulong at)
    {
        for (var buffer = 0; buffer < driven.Buffers.Length; buffer++)
        {
            ThenAttachAndMap(driven, buffer, importer, at);
        }

        GoOn(driven);
    }

    /// <summary>An importer is done with recorded buffers. A hanging one holds them until it continues.</summary>
    private void LeaveHeld(DrivenSession driven, int importer, ulong at)
    {
        if (_hanging.ContainsKey(CommandsOf(driven.Session, importer).Device))
        {
            return;
        }

        for (var buffer = 0; buffer < driven.Buffers.Length; buffer++)
        {
            driven.Session[buffer, importer] |= Holding.Done;
            Then(driven, SessionStepKind.Unmap, buffer, importer, at);
            Then(driven, SessionStepKind.Detach, buffer, importer, at);
        }

        GoOn(driven);
    }

    /// <summary>Each importer maps the buffer whose turn it is.</summary>
    private void Use(DrivenSession driven, ulong at)
    {
        var session = driven.Session;
        if (session.Stage != SessionStage.Served)
        {
            return;
        }

        var stream = _streams[session.Stream];
        var buffer = (int)(session.Uses % (uint)driven.Buffers.Length);
        var length = stream.LengthOfUse(session);
        if (driven.Steps.Count >= StepsMax || driven.UsesGoingOn >= UsesMax)
        {
            _tally.Count(DriveCounter.UsesMissed);
        }
        else
        {
            for (var importer = 0; importer < session.Importers; importer++)
            {
                if (session.JoinsAt[importer] > at)
                {
                    continue;
                }

                ThenAttachAndMap(driven, buffer, importer, at);
                if (length == 0)
                {
                    Then(driven, SessionStepKind.Unmap, buffer, importer, at);
                }
            }

            if (length != 0)
            {
                driven.UsesGoingOn++;
                Plan(at + length, new(EventKind.EndOfUse, session.Stream, session.Number, buffer));
            }
        }

        Plan(at + stream.UntilNextUse(session), new(EventKind.Use, session.Stream, session.Number));
        session.Uses++;
        GoOn(driven);
    }

    private void EndUse(DrivenSession driven, int buffer, ulong at)
    {
        if (driven.Steps.Count >= StepsMax)
        {
            // The importer's earlier use is still going on, so this one is missed.
            _tally.Count(DriveCounter.UsesMissed);
            return;
        }

        for (var importer = 0; importer < driven.Session.Importers; importer++)
        {
            Then(driven, SessionStepKind.Unmap, buffer, importer, at);
        }

        GoOn(driven);
    }

    /// <summary>Ends the session: everything held is given back, and planned steps are dropped.</summary>
    private void End(DrivenSession driven, ulong at)
    {
        BeginToEnd(driven, at);
        GoOn(driven);
    }

    /// <summary>From now on everything is given back, and nobody is let in whose command is not in flight already.</summary>
    private void BeginToEnd(DrivenSession driven, ulong at)
    {
        driven.Session.Stage = SessionStage.Ending;

        // Counted now: a device that hangs may keep the session beyond the end of the run.
        if (!driven.IsInFlight)
        {
            CountIfSomebodyIsOut(driven);
        }

        GiveBackAll(driven, at);
    }

    private static void GiveBackAll(DrivenSession driven, ulong at)
    {
        driven.Steps.Clear();
        for (var buffer = 0; buffer < driven.Buffers.Length; buffer++)
        {
            for (var importer = 0; importer < driven.Session.Importers; importer++)
            {
                Then(driven, SessionStepKind.Unmap, buffer, importer, at);
                Then(driven, SessionStepKind.Detach, buffer, importer, at);
            }

            Then(driven, SessionStepKind.Release, buffer, 0, at);
        }
    }

    /// <summary>Gives everything back and waits for memory.</summary>
    private static void Withdraw(DrivenSession driven, ulong at)
    {
        GiveBackAll(driven, at);
        Then(driven, SessionStepKind.Wait, 0, 0, at);
    }

    /// <summary>Everything has been given back. If another session ended meanwhile, this one is tried again at once.</summary>
    private void Wait(DrivenSession driven)
    {
        if (driven.HoldsAnything)
        {
            // A hanging device still holds something; the session ends when the device continues.
            driven.Session.Stage = SessionStage.Ending;
            return;
        }

        driven.Session.Stage = SessionStage.Waiting;
        if (!_waiting.Contains(driven.Key))
        {
            _waiting.Add(driven.Key);
        }

        if (_gone != driven.GoneBefore)
        {
            ServeWaiting();
        }
    }

    /// <summary>Tries the next waiting session again.</summary>
    private void ServeWaiting()
    {
        if (!IsOver && _waiting.Count != 0 && _sessions[_waiting[0]] is { Session.Stage: SessionStage.Waiting, IsInFlight: false } first)
        {
            Serve(first, _now);
        }
    }

    /// <summary>A session stops waiting, and the next one is tried.</summary>
    private void EndWaiting(DrivenSession driven)
    {
        if (_waiting.Remove(driven.Key))
        {
            ServeWaiting();
        }
    }

    /// <summary>Importers take no further part.</summary>
    private void Leave(DrivenSession driven, IEnumerable<(int Buffer, int Importer)> held, ulong at)
    {
        List<SessionStep> leaving = [];
        foreach (var (buffer, importer) in held)
        {
            driven.Session[buffer, importer] |= Holding.Left;
            leaving.Add(new(SessionStepKind.Unmap, buffer, importer, at));
            leaving.Add(new(SessionStepKind.Detach, buffer, importer, at));
        }

        if (driven.Session.Stage == SessionStage.Served && driven.Session.IsLeft)
        {
            BeginToEnd(driven, at);
        }

        driven.Steps.InsertRange(0, leaving);
    }

    private void GoAway(DrivenSession driven)
    {
        var session = driven.Session;
        _sessions.Remove(driven.Key);
        _gone++;
        if (!IsOther(driven))
        {
            SetLive(_live - (uint)driven.Buffers.Length);
        }

        if (!IsOver && !IsOther(driven) && StreamOf(driven).Arrivals is StreamArrivals.Closed closed)
        {
            PlanClient(session.Stream, session.Number + closed.Clients);
        }

        Forget();
        _waiting.Remove(driven.Key);
        ServeWaiting();
    }

    private bool IsOther(DrivenSession driven) => driven.Session.Stream >= _streams.Length;

    private BufferStream StreamOf(DrivenSession driven) => _streams[Math.Min(driven.Session.Stream, _streams.Length - 1)].Stream;

    private static void Then(DrivenSession driven, SessionStepKind kind, int buffer, int importer, ulong at) =>
        driven.Steps.Add(new(kind, buffer, importer, at));

    private static void ThenAttachAndMap(DrivenSession driven, int buffer, int importer, ulong at)
    {
        Then(driven, SessionStepKind.Attach, buffer, importer, at);
        Then(driven, SessionStepKind.Map, buffer, importer, at);
    }
}
