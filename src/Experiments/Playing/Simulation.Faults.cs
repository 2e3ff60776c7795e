using System.Globalization;
using DmaGrains.Experiments.Files;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <content>Faults.</content>
internal sealed partial class Simulation
{
    private static readonly DmaCommand _revoke = new DmaCommand.Revoke();

    private bool IsHanging(Session session, int importer) =>
        _hanging.Count != 0 && _hanging.ContainsKey(CommandsOf(session, importer).Device);

    private void Fail(int index, ulong number)
    {
        var play = _faults[index];
        Plan(_now + play.UntilNext(number + 1), new(EventKind.Fault, index, number + 1));
        switch (play.Fault)
        {
            case FaultProcess.Crash crash:
                Crash(crash.Device);
                break;
            case FaultProcess.Hang hang:
                _hanging[hang.Device] = _hanging.GetValueOrDefault(hang.Device) + 1;
                Plan(_now + play.LengthOf(number, hang.For), new(EventKind.EndOfFault, index, number));
                break;
            case FaultProcess.Revoke revoke:
                Revoke(revoke.Stream);
                break;
            case FaultProcess.MemoryRunsOut memory:
                TakeAll(play, memory, number);
                break;
            case FaultProcess.Parameters parameters:
                Declare(parameters.Device, parameters.Declared);
                Plan(_now + play.LengthOf(number, parameters.For), new(EventKind.EndOfFault, index, number));
                play.Lasting++;
                break;
        }
    }

    private void Recover(int index, ulong number)
    {
        var play = _faults[index];
        switch (play.Fault)
        {
            case FaultProcess.Hang hang when _hanging[hang.Device] > 1:
                _hanging[hang.Device]--;
                break;
            case FaultProcess.Hang hang:
                _hanging.Remove(hang.Device);
                GoOn(hang.Device);
                break;
            case FaultProcess.MemoryRunsOut:
                GiveBackMemory(play.Taken!);
                play.Taken = null;
                break;
            case FaultProcess.Parameters parameters when --play.Lasting == 0:
                Declare(parameters.Device, _board.ParametersOf(parameters.Device));
                break;
        }
    }

    private void Declare(string device, Model.Devices.DeviceDmaParameters? parameters)
    {
        _board.SetParameters(device, parameters);
        _watch?.Declared(device, parameters);
    }

    /// <summary>The importers of a device, in the order of the file and of arrival.</summary>
    private List<(Session Session, int Importer)> ImportersOn(string device) =>
    [
        .. _streams.SelectMany(stream => stream.InOrder)
            .Where(session => session.Stage is SessionStage.Served or SessionStage.Ending)
            .SelectMany(session => Enumerable.Range(0, session.Importers)
                .Where(importer => CommandsOf(session, importer).Device == device)
                .Select(importer => (session, importer))),
    ];

    private void Crash(string device)
    {
        foreach (var (session, importer) in ImportersOn(device))
        {
            for (var buffer = 0; buffer < session.Buffers.Length; buffer++)
            {
                if (session.Stage is SessionStage.Served or SessionStage.Ending && (session[buffer, importer] & (Holding.Attached | Holding.Mapped)) != 0)
                {
                    Leave(session, buffer, importer);
                }
            }

            if (session.Stage == SessionStage.Ending && IsHere(session))
            {
                End(session);
            }
        }
    }

    /// <summary>A device that hung makes up for what it missed.</summary>
    private void GoOn(string device)
    {
        foreach (var (session, importer) in ImportersOn(device))
        {
            if (session.Stage == SessionStage.Ending)
            {
                if (IsHere(session))
                {
                    End(session);
                }

                continue;
            }

            if (_streams[session.Stream].UntilLeft(session.Number, importer) is { } length && session.ArrivedAt + length <= _now)
            {
                LeaveHeld(session, importer);
                continue;
            }

            var stream = _streams[session.Stream].Stream;
            for (var buffer = 0; buffer < session.Buffers.Length && !stream.AttachesLazily; buffer++)
            {
                if (session.Stage == SessionStage.Served && session[buffer, importer] == Holding.None)
                {
                    Attach(session, buffer, importer);
                }
            }

            if (stream.Uses is null && session.JoinsAt[importer] <= _now)
            {
                UseHeld(session, importer);
            }
        }
    }

    private bool IsHere(Session session) => _streams[session.Stream].Sessions.ContainsKey(session.Number);

    private void Revoke(string name)
    {
        var stream = _streams.First(known => known.Stream.Name == name);
        if (stream.Sessions.Values.Where(session => session.Stage == SessionStage.Served).MinBy(session => session.Number) is not { } oldest)
        {
            return;
        }

        for (var buffer = 0; buffer < oldest.Buffers.Length; buffer++)
        {
            Granted(Do(oldest, buffer, _revoke));
        }

        End(oldest);
    }

    private void TakeAll(FaultPlay play, FaultProcess.MemoryRunsOut memory, ulong number)
    {
        var region = _board.Definition.Memory.ToList().FindIndex(layout => layout.Name == memory.Region);
        var free = _board.Memory.FreeOf(region).PageCount;
        var name = string.Create(CultureInfo.InvariantCulture, $"taken#{play.Index}.{number}");
        if (free == 0 || play.Taken is not null || TakeMemory(OtherPlay.Taking(name, memory.Region, free << Page.Shift), "memory") is not { } taken)
        {
            return;
        }

        play.Taken = taken;
        Plan(_now + play.LengthOf(number, memory.For), new(EventKind.EndOfFault, play.Index, number));
    }
}
