using DmaGrains.Experiments.Files;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;

namespace DmaGrains.Experiments.Playing;

/// <content>Buffers from their arrival to their end.</content>
internal sealed partial class Simulation
{
    private void Arrive(StreamPlay stream, ulong number)
    {
        var session = stream.Arrive(number, _now);
        stream.Sessions.Add(number, session);
        _tally.Count(Counter.Buffers, (ulong)session.Buffers.Length);
        _tally.Count(session.Stream, StreamCounter.Buffers, (ulong)session.Buffers.Length);
        SetLive(_live + (uint)session.Buffers.Length);
        if (stream.Stream.Waits && _waiting.Count != 0)
        {
            session.Stage = SessionStage.Waiting;
        }
        else
        {
            Serve(session);
        }

        if (session.Stage == SessionStage.Waiting)
        {
            _waiting.Enqueue(new(session.Stream, number));
        }
    }

    /// <summary>Tries waiting sessions again, in order, as long as memory suffices.</summary>
    private void ServeWaiting()
    {
        if (!_hasGivenBack)
        {
            return;
        }

        while (_waiting.TryPeek(out var next))
        {
            var session = _streams[next.Stream].Sessions[next.Number];
            Serve(session);
            if (session.Stage == SessionStage.Waiting)
            {
                break;
            }

            _waiting.Dequeue();
        }

        _hasGivenBack = false;
    }

    /// <summary>Exports the buffers; importers that do not wait for their first use attach and map.</summary>
    private void Serve(Session session)
    {
        var stream = _streams[session.Stream];
        session.Stage = SessionStage.BeingServed;
        session.Attempts++;
        for (var buffer = 0; buffer < session.Buffers.Length; buffer++)
        {
            Export(stream, session, buffer);
            for (var importer = 0; importer < session.Importers && session.Stage == SessionStage.BeingServed; importer++)
            {
                if (!stream.Stream.AttachesLazily && !IsHanging(session, importer))
                {
                    Attach(session, buffer, importer);
                }
            }

            for (var importer = 0; importer < session.Importers && session.Stage == SessionStage.BeingServed; importer++)
            {
                if (stream.Stream.Uses is null && session.JoinsAt[importer] <= _now && !IsHanging(session, importer))
                {
                    AttachAndMap(session, buffer, importer);
                }
            }

            if (session.Stage != SessionStage.BeingServed)
            {
                return;
            }
        }

        if (session.IsLeft)
        {
            End(session);
            return;
        }

        session.Stage = SessionStage.Served;
        Plan(_workload.EndsOf(session, _now));
        if (stream.Stream.Uses is not null)
        {
            Use(session);
            return;
        }

        for (var importer = 0; importer < session.Importers; importer++)
        {
            if (session.JoinsAt[importer] > _now)
            {
                Plan(session.JoinsAt[importer], new(EventKind.FirstUse, session.Stream, session.Number, importer));
            }
        }
    }

    private void Export(StreamPlay stream, Session session, int buffer)
    {
        var export = stream.ExportOf(session, buffer);
        var exported = _board.Export(export);
        _commands++;
        _tally.Count(Counter.Commands);
        _watch?.Exported(export, exported.Refusal);
        if (exported.TryGetValue(out var made))
        {
            session.Buffers[buffer] = made;
            _tally.SetMemory(_now, _board.Memory);
            return;
        }

        // Only an export that allocates at once asks memory.
        var refusal = exported.Refusal!;
        if (stream.After(session, refusal, isExport: true) == AfterRefusal.Wait)
        {
            Withdraw(session);
            return;
        }

        NoteRefusal(session, "export", refusal, DmaBuffer.Export(export).Value.AllocationAtExport);
        End(session);
    }

    /// <summary>Carries out a command of an importer, and counts its costs.</summary>
    private Refusal? Do(Session session, int buffer, DmaCommand command)
    {
        var before = session.Buffers[buffer]!;
        var memory = _board.Memory;
        var after = _board.Execute(before, command, out var refusal);
        session.Buffers[buffer] = after;
        _commands++;
        _tally.Count(Counter.Commands);
        _watch?.Executed(after, command, refusal);
        if (!ReferenceEquals(memory, _board.Memory))
        {
            _hasGivenBack |= _board.Memory.FreePageCount > memory.FreePageCount;
            _tally.SetMemory(_now, _board.Memory);
        }

        if (after.Costs != before.Costs)
        {
            CountCosts(before.Costs, after.Costs);
        }

        if (after.Hazards != before.Hazards)
        {
            CountHazards(before, after);
        }

        return refusal;
    }

    private void CountCosts(in BufferCosts before, in BufferCosts after)
    {
        _tally.Count(Counter.Migrations, after.Migrations - before.Migrations);
        _tally.Count(Counter.BytesCopied, after.BytesCopied - before.BytesCopied + (after.BytesBounced - before.BytesBounced));
        _tally.Count(Counter.Bounces, after.Bounces - before.Bounces);
        _tally.Count(Counter.CacheCleans, after.CacheCleans - before.CacheCleans);
        _tally.Count(Counter.CacheInvalidates, after.CacheInvalidates - before.CacheInvalidates);
    }

    /// <summary>Counts new hazards, which are appended, and repeated ones, whose counts grow.</summary>
    private void CountHazards(DmaBuffer before, DmaBuffer after)
    {
        for (var index = 0; index < after.Hazards.Length; index++)
        {
            var hazard = after.Hazards[index];
            var more = hazard.Count - (index < before.Hazards.Length ? before.Hazards[index].Count : 0);
            if (more != 0)
            {
                _tally.Count(new HazardOf(hazard.Kind, hazard.Importer, hazard.Field), more);
            }
        }
    }

    private void Attach(Session session, int buffer, int importer)
    {
        var commands = CommandsOf(session, importer);
        _tally.Count(Counter.Attaches);
        if (Do(session, buffer, commands.Attach) is not { } refusal)
        {
            session[buffer, importer] |= Holding.Attached;
            return;
        }

        _tally.Count(Counter.AttachesRefused);
        Refuse(session, buffer, importer, "attach", refusal);
    }

    private void Map(Session session, int buffer, int importer)
    {
        var commands = CommandsOf(session, importer);
        _tally.Count(Counter.Maps);
        if (Do(session, buffer, commands.Map) is not { } refusal)
        {
            session[buffer, importer] |= Holding.Mapped;
            session.SetToldAgain(buffer, importer, false);
            if (!session.HasBeenMapped[buffer])
            {
                session.HasBeenMapped[buffer] = true;
                _tally.CountFirstMap(_now - session.ArrivedAt);
            }

            return;
        }

        _tally.Count(Counter.MapsRefused);
        Refuse(session, buffer, importer, "map", refusal);
    }

    private void AttachAndMap(Session session, int buffer, int importer)
    {
        if (session[buffer, importer] == Holding.None)
        {
            Attach(session, buffer, importer);
        }

        if (session.Stage is SessionStage.BeingServed or SessionStage.Served && session[buffer, importer] == Holding.Attached)
        {
            Map(session, buffer, importer);
        }
    }

    /// <summary>An importer was refused.</summary>
    private void Refuse(Session session, int buffer, int importer, string step, Refusal refusal)
    {
        var after = _streams[session.Stream].After(session, refusal, isExport: false);
        if (after == AfterRefusal.Wait)
        {
            Withdraw(session);
            return;
        }

        if (after == AfterRefusal.TryAgain)
        {
            CountRefusal(step, refusal, isFragmented: false);
            session.SetToldAgain(buffer, importer, true);
            return;
        }

        NoteRefusal(session, step, refusal, refusal.Errno == Errno.ENOMEM ? _board.LatestRequest : null);
        if (after == AfterRefusal.End)
        {
            End(session);
        }
        else
        {
            Leave(session, buffer, importer);
        }
    }

    /// <summary>Counts a refusal, and the buffers if it is their first.</summary>
    /// <param name="session">The buffers.</param>
    /// <param name="step">The refused step.</param>
    /// <param name="refusal">The refusal.</param>
    /// <param name="request">The request to memory, or null.</param>
    private void NoteRefusal(Session session, string step, Refusal refusal, AllocationRequest? request)
    {
        var isFragmented = refusal.Errno == Errno.ENOMEM && request is not null && _fragmentation.IsCauseOf(request, _board.Memory);
        CountRefusal(step, refusal, isFragmented);
        CountBuffersRefused(session, isFragmented);
    }

    private void CountRefusal(string step, Refusal refusal, bool isFragmented) =>
        _tally.Count(new RefusalKind(step, refusal.Errno, refusal.Field ?? string.Empty, refusal.Importer ?? string.Empty, isFragmented));

    private void CountBuffersRefused(Session session, bool isFragmented)
    {
        if (session.WasRefused)
        {
            return;
        }

        session.WasRefused = true;
        _tally.Count(Counter.BuffersRefused, (ulong)session.Buffers.Length);
        _tally.Count(session.Stream, StreamCounter.Refused, (ulong)session.Buffers.Length);
        if (isFragmented)
        {
            _tally.Count(Counter.RefusedByFragmentation, (ulong)session.Buffers.Length);
        }
    }

    /// <summary>Gives everything back and waits for memory.</summary>
    private void Withdraw(Session session)
    {
        session.Stage = SessionStage.Waiting;
        GiveBackAll(session);
        Array.Clear(session.Holdings);
        Array.Clear(session.Buffers);
    }

    /// <summary>An importer takes no further part.</summary>
    private void Leave(Session session, int buffer, int importer)
    {
        GiveBack(session, buffer, importer);
        session[buffer, importer] = Holding.Left;
        if (session.Stage == SessionStage.Served && session.IsLeft)
        {
            End(session);
        }
    }

    private void GiveBack(Session session, int buffer, int importer)
    {
        var commands = CommandsOf(session, importer);
        var holding = session[buffer, importer];
        if (holding.HasFlag(Holding.Mapped))
        {
            Granted(Do(session, buffer, commands.Unmap));
        }

        if (holding.HasFlag(Holding.Attached))
        {
            Granted(Do(session, buffer, commands.Detach));
        }

        session[buffer, importer] &= Holding.Left | Holding.Done;
    }

    /// <summary>Asserts that giving something back is never refused.</summary>
    private static void Granted(Refusal? refusal) => Invariant.Holds(refusal is null);

    /// <summary>Unmaps, detaches and releases everything except what a hanging device keeps.</summary>
    /// <returns>Whether nothing is left.</returns>
    private bool GiveBackAll(Session session)
    {
        var isAll = true;
        for (var buffer = 0; buffer < session.Buffers.Length; buffer++)
        {
            if (session.Buffers[buffer] is not { } made)
            {
                continue;
            }

            for (var importer = 0; importer < session.Importers; importer++)
            {
                if (!IsHanging(session, importer))
                {
                    GiveBack(session, buffer, importer);
                }
                else if ((session[buffer, importer] & (Holding.Attached | Holding.Mapped)) != 0)
                {
                    isAll = false;
                }
            }

            if (!made.IsReleased)
            {
                Granted(Do(session, buffer, _release));
            }
        }

        return isAll;
    }

    private static readonly DmaCommand _release = new DmaCommand.Release();

    /// <summary>Ends the buffers' life.</summary>
    private void End(Session session)
    {
        session.Stage = SessionStage.Ending;
        if (session.IsSomebodyOut)
        {
            CountBuffersRefused(session, isFragmented: false);
        }

        if (!GiveBackAll(session))
        {
            return;
        }

        var stream = _streams[session.Stream];
        stream.Sessions.Remove(session.Number);
        _sojourns += (UInt128)(_now - session.ArrivedAt) * (uint)session.Buffers.Length;
        SetLive(_live - (uint)session.Buffers.Length);
        if (stream.Stream.Arrivals is StreamArrivals.Closed closed)
        {
            PlanClient(session.Stream, session.Number + closed.Clients);
        }
    }

    private ImporterCommands CommandsOf(Session session, int importer) => _streams[session.Stream].Sets[session.Set][importer];
}
