using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <content>The use of live buffers.</content>
internal sealed partial class Simulation
{
    /// <summary>An importer maps buffers for the first time, to hold them mapped.</summary>
    private void UseHeld(Session session, int importer)
    {
        for (var buffer = 0; buffer < session.Buffers.Length && session.Stage == SessionStage.Served && !IsHanging(session, importer); buffer++)
        {
            AttachAndMap(session, buffer, importer);
        }
    }

    /// <summary>An importer is done with recorded buffers. A hanging one holds them until it continues.</summary>
    private void LeaveHeld(Session session, int importer)
    {
        for (var buffer = 0; buffer < session.Buffers.Length && session.Stage == SessionStage.Served && !IsHanging(session, importer); buffer++)
        {
            GiveBack(session, buffer, importer);
            session[buffer, importer] |= Holding.Done;
        }
    }

    /// <summary>Each importer maps the buffer whose turn it is.</summary>
    private void Use(Session session)
    {
        if (session.Stage != SessionStage.Served)
        {
            return;
        }

        var stream = _streams[session.Stream];
        var buffer = (int)(session.Uses % (uint)session.Buffers.Length);
        var length = stream.LengthOfUse(session);
        for (var importer = 0; importer < session.Importers && session.Stage == SessionStage.Served; importer++)
        {
            if (session.JoinsAt[importer] > _now || IsHanging(session, importer))
            {
                continue;
            }

            AttachAndMap(session, buffer, importer);
            if (length == 0)
            {
                Unmap(session, buffer, importer);
            }
        }

        if (session.Stage != SessionStage.Served)
        {
            return;
        }

        if (length != 0)
        {
            Plan(_now + length, new(EventKind.EndOfUse, session.Stream, session.Number, buffer));
        }

        Plan(_now + stream.UntilNextUse(session), new(EventKind.Use, session.Stream, session.Number));
        session.Uses++;
    }

    /// <summary>The importers unmap a buffer. A hanging one does so after its next use.</summary>
    private void EndUse(Session session, int buffer)
    {
        for (var importer = 0; importer < session.Importers && session.Stage == SessionStage.Served; importer++)
        {
            if (!IsHanging(session, importer))
            {
                Unmap(session, buffer, importer);
            }
        }
    }

    private void Unmap(Session session, int buffer, int importer)
    {
        if (session[buffer, importer].HasFlag(Holding.Mapped))
        {
            Granted(Do(session, buffer, CommandsOf(session, importer).Unmap));
            session[buffer, importer] &= ~Holding.Mapped;
        }
    }

    private void TakeOther(int index, ulong number)
    {
        var other = _others[index];
        Plan(other.ArrivalOf(number + 1, _now), new(EventKind.OtherArrival, index, number + 1));
        if (TakeMemory(other.ExportOf(number), "other-memory") is { } taken)
        {
            other.Held.Add(number, taken);
            Plan(_now + other.LifetimeOf(number), new(EventKind.EndOfOther, index, number));
        }
    }

    private void GiveBackOther(int index, ulong number)
    {
        _others[index].Held.Remove(number, out var taken);
        GiveBackMemory(taken!);
    }

    /// <summary>Takes other memory; null when it is refused.</summary>
    private DmaBuffer? TakeMemory(BufferExport export, string step)
    {
        var exported = _board.Export(export);
        _watch?.Exported(export, exported.Refusal);
        if (exported.TryGetValue(out var taken))
        {
            _tally.SetMemory(_now, _board.Memory);
            return taken;
        }

        _tally.Count(new RefusalKind(step, exported.Refusal!.Errno, exported.Refusal.Field ?? string.Empty, string.Empty, false));
        return null;
    }

    private void GiveBackMemory(DmaBuffer taken)
    {
        var gone = _board.Execute(taken, _release, out var refusal);
        _watch?.Executed(gone, _release, refusal);
        Granted(refusal);
        _hasGivenBack = true;
        _tally.SetMemory(_now, _board.Memory);
    }
}
