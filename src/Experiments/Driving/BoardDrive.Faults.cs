using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Driving;

/// <content>Faults.</content>
internal sealed partial class BoardDrive
{
    private void Fail(int index, ulong number, ulong at)
    {
        var play = _faults[index];
        Plan(at + play.UntilNext(number + 1), new(EventKind.Fault, index, number + 1));
        switch (play.Fault)
        {
            case FaultProcess.Crash crash:
                Crash(crash.Device, at);
                break;
            case FaultProcess.Hang hang:
                Hang(index, hang.Device, at, at + play.LengthOf(number, hang.For));
                break;
            case FaultProcess.Revoke revoke:
                Revoke(revoke.Stream, at);
                break;
        }
    }

    /// <summary>Makes a device hang. When the fault recurs before it is over, the device hangs until the last one ends.</summary>
    private void Hang(int index, string device, ulong at, ulong until)
    {
        var isHanging = _hangsUntil[index] > at;
        _hangsUntil[index] = Math.Max(_hangsUntil[index], until);
        if (!isHanging)
        {
            _hanging[device] = _hanging.GetValueOrDefault(device) + 1;
            Plan(until, new(EventKind.EndOfFault, index, 0));
        }
    }

    private void Recover(int index, ulong at)
    {
        if (_hangsUntil[index] > at)
        {
            Plan(_hangsUntil[index], new(EventKind.EndOfFault, index, 0));
            return;
        }

        var device = ((FaultProcess.Hang)_faults[index].Fault).Device;
        if (_hanging[device] > 1)
        {
            _hanging[device]--;
            return;
        }

        _hanging.Remove(device);
        foreach (var (driven, importer) in ImportersOn(device))
        {
            if (driven.Session.Stage == SessionStage.Ending)
            {
                if (_sessions.ContainsKey(driven.Key))
                {
                    End(driven, at);
                }

                continue;
            }

            if (_streams[driven.Session.Stream].UntilLeft(driven.Session.Number, importer) is { } length && driven.Session.ArrivedAt + length <= at)
            {
                LeaveHeld(driven, importer, at);
                continue;
            }

            if (driven.Steps.Count >= StepsMax)
            {
                _tally.Count(DriveCounter.UsesMissed);
                continue;
            }

            for (var buffer = 0; buffer < driven.Buffers.Length && !StreamOf(driven).AttachesLazily; buffer++)
            {
                Then(driven, SessionStepKind.Attach, buffer, importer, at);
            }

            if (StreamOf(driven).Uses is null && driven.Session.JoinsAt[importer] <= at)
            {
                UseHeld(driven, importer, at);
            }

            GoOn(driven);
        }
    }

    private void Crash(string device, ulong at)
    {
        foreach (var importers in ImportersOn(device).GroupBy(found => found.Driven, found => found.Importer))
        {
            var driven = importers.Key;
            var held = importers
                .SelectMany(importer => Enumerable.Range(0, driven.Buffers.Length).Select(buffer => (Buffer: buffer, Importer: importer)))
                .Where(part => driven.Session[part.Buffer, part.Importer] is var held
                    && (held & (Holding.Attached | Holding.Mapped)) != 0 && !held.HasFlag(Holding.Left));
            Leave(driven, held.ToList(), at);
            GoOn(driven);
        }
    }

    private void Revoke(string name, ulong at)
    {
        var oldest = InOrder.FirstOrDefault(driven =>
            !IsOther(driven) && StreamOf(driven).Name == name && driven.Session.Stage == SessionStage.Served);
        if (oldest is null)
        {
            return;
        }

        BeginToEnd(oldest, at);
        oldest.Steps.InsertRange(0, Enumerable.Range(0, oldest.Buffers.Length).Select(buffer => new SessionStep(SessionStepKind.Revoke, buffer, 0, at)));
        GoOn(oldest);
    }

    /// <summary>The importers of a device, in the order of the file and of arrival.</summary>
    private List<(DrivenSession Driven, int Importer)> ImportersOn(string device) =>
    [
        .. InOrder.Where(driven => driven.Session.Stage is SessionStage.Served or SessionStage.Ending)
            .SelectMany(driven => Enumerable.Range(0, driven.Session.Importers)
                .Where(importer => CommandsOf(driven.Session, importer).Device == device)
                .Select(importer => (driven, importer))),
    ];
}
