using DmaGrains.Experiments.Playing;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Driving;

/// <content>Commands and their replies.</content>
internal sealed partial class BoardDrive
{
    private static readonly DmaCommand _release = new DmaCommand.Release();
    private static readonly DmaCommand _revoke = new DmaCommand.Revoke();

    /// <summary>Takes the reply to a command.</summary>
    /// <param name="request">The command, which was sent and not answered before.</param>
    /// <param name="refusal">Why it was refused; null when it was granted.</param>
    /// <param name="sentAt">When it was first sent, in nanoseconds from the start.</param>
    /// <param name="now">When the reply came, in nanoseconds from the start.</param>
    public void Answer(in BoardRequest request, Refusal? refusal, ulong sentAt, ulong now)
    {
        var driven = _sessions[request.Session];
        Invariant.Holds(driven.SentNumber == request.Number);
        GoTo(now);
        var (step, heldUp) = (driven.Sent, driven.HeldUp);
        (driven.SentNumber, driven.HeldUp, driven.RepliedAt) = (0, 0, now);
        _inFlight--;
        if (!IsOver || request.Number <= _countedUntil)
        {
            _tally.CountCommand(Since(request.DueAt, now) + heldUp, Since(request.DueAt, sentAt));
            Count(driven, step, refusal, now);
        }

        Note(driven, step, refusal, now);
        GoOn(driven);
        if (!IsOver)
        {
            FinishIfDone();
        }
    }

    private static ulong Since(ulong from, ulong until) => until > from ? until - from : 0;

    private void Count(DrivenSession driven, SessionStep step, Refusal? refusal, ulong now)
    {
        var session = driven.Session;
        switch (step.Kind)
        {
            case SessionStepKind.Attach:
                _tally.Count(DriveCounter.Attaches);
                _tally.Count(DriveCounter.AttachesRefused, refusal is null ? 0UL : 1);
                break;
            case SessionStepKind.Map:
                _tally.Count(DriveCounter.Maps);
                _tally.Count(DriveCounter.MapsRefused, refusal is null ? 0UL : 1);
                if (refusal is null && !session.HasBeenMapped[step.Buffer])
                {
                    session.HasBeenMapped[step.Buffer] = true;
                    _tally.CountFirstMap(Since(session.ArrivedAt, now));
                }

                break;
        }

        if (refusal is null)
        {
            return;
        }

        var after = After(driven, step, refusal);
        if (after == AfterRefusal.Wait)
        {
            return;
        }

        _tally.Count(IsOther(driven) ? "other-memory" : NameOf(step.Kind), refusal);
        if (after == AfterRefusal.TryAgain)
        {
            session.SetToldAgain(step.Buffer, step.Importer, true);
        }
        else if (after is not null && !IsOther(driven))
        {
            CountBuffersRefused(driven);
        }
    }

    /// <summary>A caller that was told EAGAIN and did not get in by the end counts as refused.</summary>
    private void CountIfSomebodyIsOut(DrivenSession driven)
    {
        if (driven.Session.IsSomebodyOut && !IsOver)
        {
            CountBuffersRefused(driven);
        }
    }

    private void CountBuffersRefused(DrivenSession driven)
    {
        if (!driven.Session.WasRefused)
        {
            driven.Session.WasRefused = true;
            _tally.Count(DriveCounter.BuffersRefused, (ulong)driven.Buffers.Length);
        }
    }

    /// <summary>Applies a reply to the session. Refusals of giving something back are only counted.</summary>
    private void Note(DrivenSession driven, SessionStep step, Refusal? refusal, ulong now)
    {
        ref var buffer = ref driven.Buffers[step.Buffer];
        switch (step.Kind)
        {
            case SessionStepKind.Export when refusal is null:
                buffer = BufferStage.Exported;
                break;
            case SessionStepKind.Export or SessionStepKind.Attach or SessionStepKind.Map when refusal is not null:
                Refuse(driven, step, refusal, now);
                break;
            case SessionStepKind.Attach:
                driven.Session[step.Buffer, step.Importer] |= Holding.Attached;
                break;
            case SessionStepKind.Map:
                driven.Session[step.Buffer, step.Importer] |= Holding.Mapped;
                driven.Session.SetToldAgain(step.Buffer, step.Importer, false);
                break;
            case SessionStepKind.Unmap:
                driven.Session[step.Buffer, step.Importer] &= ~Holding.Mapped;
                break;
            case SessionStepKind.Detach:
                driven.Session[step.Buffer, step.Importer] &= ~Holding.Attached;
                break;
            case SessionStepKind.Release:
                buffer = BufferStage.Released;
                break;
        }
    }

    private void Refuse(DrivenSession driven, SessionStep step, Refusal refusal, ulong now)
    {
        switch (After(driven, step, refusal))
        {
            case AfterRefusal.Wait:
                Withdraw(driven, now);
                break;
            case AfterRefusal.End:
                End(driven, now);
                break;
            case AfterRefusal.Leave when driven.Session.Stage is SessionStage.BeingServed or SessionStage.Served:
                Leave(driven, [(step.Buffer, step.Importer)], now);
                break;
        }
    }

    /// <summary>What a refusal leads to; null for what is given back, because that is taken back.</summary>
    private AfterRefusal? After(DrivenSession driven, SessionStep step, Refusal refusal) =>
        step.Kind is not (SessionStepKind.Export or SessionStepKind.Attach or SessionStepKind.Map) ? null
        : IsOther(driven) ? AfterRefusal.End
        : _streams[driven.Session.Stream].After(driven.Session, refusal, step.Kind == SessionStepKind.Export);

    /// <summary>Sends the next step, unless a command is in flight.</summary>
    private void GoOn(DrivenSession driven)
    {
        while (!driven.IsInFlight && driven.Steps.Count != 0)
        {
            var step = driven.Steps[0];
            if (!IsOver && IsCommand(step.Kind) && (ulong)_sent >= _limits.Commands)
            {
                return;
            }

            driven.Steps.RemoveAt(0);
            if (step.Kind == SessionStepKind.Serve)
            {
                BecomeServed(driven);
            }
            else if (step.Kind == SessionStepKind.Wait)
            {
                Wait(driven);
            }
            else if (Applies(driven, step))
            {
                Send(driven, step);
            }
        }

        if (driven is { IsInFlight: false, Steps.Count: 0, HoldsAnything: false, Session.Stage: SessionStage.Ending } && _sessions.ContainsKey(driven.Key))
        {
            CountIfSomebodyIsOut(driven);
            GoAway(driven);
        }
    }

    private static bool IsCommand(SessionStepKind kind) => kind is not (SessionStepKind.Serve or SessionStepKind.Wait);

    private bool Applies(DrivenSession driven, SessionStep step)
    {
        var (session, buffer) = (driven.Session, driven.Buffers[step.Buffer]);
        if (step.Kind is SessionStepKind.Export)
        {
            return session.Stage == SessionStage.BeingServed && buffer == BufferStage.None;
        }

        if (step.Kind is SessionStepKind.Release or SessionStepKind.Revoke)
        {
            return buffer == BufferStage.Exported;
        }

        var held = session[step.Buffer, step.Importer];
        if (_hanging.Count != 0 && !held.HasFlag(Holding.Left) && _hanging.ContainsKey(CommandsOf(session, step.Importer).Device))
        {
            return false;
        }

        var isUsed = buffer == BufferStage.Exported && session.Stage is SessionStage.BeingServed or SessionStage.Served;
        return step.Kind switch
        {
            SessionStepKind.Attach => isUsed && (held & (Holding.Attached | Holding.Left | Holding.Done)) == 0,
            SessionStepKind.Map => isUsed && held == Holding.Attached,
            SessionStepKind.Unmap => held.HasFlag(Holding.Mapped),
            _ => held.HasFlag(Holding.Attached),
        };
    }

    private void Send(DrivenSession driven, SessionStep step)
    {
        // A step that had to wait for an earlier reply is due when that reply came.
        driven.Sent = step with { DueAt = Math.Max(step.DueAt, driven.RepliedAt) };
        driven.SentNumber = ++_sent;
        _inFlight++;
        _ready.Enqueue(RequestOf(driven));
    }

    private BoardRequest RequestOf(DrivenSession driven)
    {
        var (session, step) = (driven.Session, driven.Sent);
        if (step.Kind == SessionStepKind.Export)
        {
            var export = IsOther(driven)
                ? _others[session.Stream - _streams.Length].ExportOf(session.Number)
                : _streams[session.Stream].ExportOf(session, step.Buffer);
            driven.Names[step.Buffer] = export.Name;
            return new(driven.Key, driven.SentNumber, export.Name, step.DueAt, export, null);
        }

        var command = step.Kind switch
        {
            SessionStepKind.Release => _release,
            SessionStepKind.Revoke => _revoke,
            SessionStepKind.Attach => CommandsOf(session, step.Importer).Attach,
            SessionStepKind.Map => CommandsOf(session, step.Importer).Map,
            SessionStepKind.Unmap => CommandsOf(session, step.Importer).Unmap,
            SessionStepKind.Detach => CommandsOf(session, step.Importer).Detach,
            _ => throw new ArgumentOutOfRangeException(nameof(driven)),
        };
        var name = driven.Names[step.Buffer] ??= IsOther(driven)
            ? _others[session.Stream - _streams.Length].ExportOf(session.Number).Name
            : _streams[session.Stream].NameOf(session, step.Buffer);
        return new(driven.Key, driven.SentNumber, name, step.DueAt, null, command);
    }

    private ImporterCommands CommandsOf(Session session, int importer) => _streams[session.Stream].Sets[session.Set][importer];

    private static string NameOf(SessionStepKind kind) => kind switch
    {
        SessionStepKind.Export => "export",
        SessionStepKind.Attach => "attach",
        SessionStepKind.Map => "map",
        SessionStepKind.Unmap => "unmap",
        SessionStepKind.Detach => "detach",
        SessionStepKind.Revoke => "revoke",
        _ => "release",
    };
}
