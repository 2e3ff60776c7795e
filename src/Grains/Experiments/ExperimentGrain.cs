using System.Collections.Immutable;
using DmaGrains.Experiments.Driving;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Grains.Experiments;

/// <summary>
/// Drives an experiment. Each turn passes on the received replies, plays what is due, stores the state, and then sends the new commands.
/// After a failure it continues from the stored state and sends unanswered commands again under the same ids.
/// </summary>
[GrainType("dma-experiment")]
internal sealed class ExperimentGrain(
    [PersistentState("experiment", StorageNames.Default)] IPersistentState<ExperimentRecord> definition,
    [PersistentState("experiment-drive", StorageNames.Default)] IPersistentState<ExperimentDriveRecord> progress,
    [PersistentState("experiment-results", StorageNames.Default)] IPersistentState<ExperimentResultsRecord> results,
    TimeProvider time,
    ILogger<ExperimentGrain> logger) : Grain, IExperimentGrain, IRemindable
{
    private const string Reminder = "drive";

    // Twice the resolution of .NET's timers.
    private static readonly TimeSpan _turn = TimeSpan.FromMilliseconds(2);

    // The longest idle time between turns, and so how soon lost silos are noticed.
    private static readonly TimeSpan _longestIdle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _pauseAfterTrouble = TimeSpan.FromSeconds(1);

    private readonly List<(int Board, BoardRequest Request, Refusal? Refusal, ulong SentAt, ulong AnsweredAt)> _answers = [];
    private ExperimentDrive? _drive;
    private ExperimentStatus? _status;
    private SiloWatch? _silos;
    private ImmutableArray<GrainBoard> _boards = [];
    private IGrainTimer? _timer;
    private long _epoch;
    private long _goesOnFrom;
    private ulong _elapsedBefore;
    private long _wroteAt;
    private long _lookedAt;
    private long _restsUntil;
    private long? _endedAt;

    /// <summary>How often a reminder reactivates a running experiment.</summary>
    public static TimeSpan ReminderPeriod { get; } = TimeSpan.FromSeconds(10);

    private string Name => GrainKeys.NameOf(this.GetPrimaryKeyString());

    private ulong Now => _elapsedBefore + ((ulong)time.GetElapsedTime(_goesOnFrom).Ticks * 100);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (definition.State.Sent is not null)
        {
            GoOn();
        }

        return Task.CompletedTask;
    }

    public async Task<DmaResult<ExperimentStatus>> StartAsync(ExperimentText experiment, CancellationToken cancellationToken)
    {
        var read = ClusterExperiment.Read(Name, experiment);
        if (!read.IsGranted)
        {
            return DmaResult.Refuse<ExperimentStatus>(read.Refusal!);
        }

        if (_drive is { GoesOn: true } && definition.State.Sent is { } running)
        {
            return running.SaysTheSameAs(experiment)
                ? DmaResult.Grant(_status!)
                : DmaResult.Refuse<ExperimentStatus>(Refusal.Of(
                    Errno.EEXIST, nameof(Name), $"Another experiment runs under the name {Name}: expected that it is stopped first, or another name."));
        }

        await this.RegisterOrUpdateReminder(Reminder, ReminderPeriod, ReminderPeriod, CancellationToken.None);
        await results.WriteAsync(new(), DeactivateOnIdle);
        await definition.WriteAsync(new() { Sent = experiment, Caller = new DmaCaller(time).Name }, DeactivateOnIdle);
        await progress.WriteAsync(new() { State = new() { Stage = ExperimentStage.Running } }, DeactivateOnIdle);
        GoOn();
        return DmaResult.Grant(_status!);
    }

    public Task<DmaResult<ExperimentStatus>> GetStatusAsync(CancellationToken cancellationToken) => Task.FromResult(_status is { } status
        ? DmaResult.Grant(status)
        : DmaResult.Refuse<ExperimentStatus>(Refusal.Of(
            Errno.ENOENT, nameof(Name), $"There is no experiment {ModelName.Quoted(Name)} in this cluster: expected one that was started.")));

    public async Task<DmaResult<ExperimentStatus>> StopAsync(CancellationToken cancellationToken)
    {
        if (_drive is { Stage: ExperimentStage.Running } drive)
        {
            drive.Stop();
            await WriteAsync(drive);
            SendAll(drive);
        }

        return await GetStatusAsync(cancellationToken);
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (_drive is not { GoesOn: true } && await this.GetReminder(Reminder) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
    }

    /// <summary>Continues from the stored state: commands whose replies were not stored are sent again.</summary>
    private void GoOn()
    {
        var read = ClusterExperiment.Read(Name, definition.State.Sent!);
        if (!read.TryGetValue(out var experiment))
        {
            // The experiment was accepted when it started, so another version of the program reads it differently.
            _status = new(Name, ExperimentStage.Failed, 0, results.State.Repetitions, read.Refusal!.Reason);
            return;
        }

        _epoch++;
        _answers.Clear();
        var drive = new ExperimentDrive(experiment, definition.State.Caller, progress.State.State);
        _drive = drive;
        (_goesOnFrom, _wroteAt, _elapsedBefore) = (time.GetTimestamp(), time.GetTimestamp(), drive.Elapsed);
        drive.NoteGap(time.GetUtcNow());
        _boards = BoardsOf(drive);
        _status = drive.Status(results.State.Repetitions);
        foreach (var (board, request) in drive.InFlight)
        {
            drive.NoteSentAgain();
            _ = AskAsync(board, request);
        }

        if (drive.GoesOn)
        {
            _timer ??= this.RegisterGrainTimer(TakeTurnAsync, new GrainTimerCreationOptions(TimeSpan.Zero, _turn) { KeepAlive = true });
        }
    }

    private ImmutableArray<GrainBoard> BoardsOf(ExperimentDrive drive) =>
        [.. drive.Boards.Select(board => new GrainBoard(GrainFactory, board, definition.State.Caller))];

    private async Task TakeTurnAsync(CancellationToken cancellation)
    {
        if (time.GetTimestamp() < _restsUntil)
        {
            return;
        }

        try
        {
            if (_drive is null)
            {
                await progress.ReadStateAsync(cancellation);
                GoOn();
            }

            await TakeTurnAsync(_drive!, cancellation);
        }
        catch (Exception problem)
        {
            // Continue from the stored state: what was not stored did not happen.
            logger.LogTrouble(Name, problem.Message);
            _drive = null;
            Rest();
        }
    }

    private async Task TakeTurnAsync(ExperimentDrive drive, CancellationToken cancellation)
    {
        if (!drive.GoesOn)
        {
            _timer?.Dispose();
            _timer = null;
            return;
        }

        if (!drive.HasBegun)
        {
            await BeginAsync(drive, cancellation);
            return;
        }

        var hasChanged = drive.Advance(Now, time.GetUtcNow()) | _answers.Count != 0;
        foreach (var (board, request, refusal, sentAt, answeredAt) in _answers)
        {
            drive.Answer(board, request, refusal, sentAt, answeredAt);
        }

        _answers.Clear();
        var isIdle = time.GetElapsedTime(_wroteAt) >= _longestIdle;
        if (isIdle || time.GetElapsedTime(_lookedAt) >= _longestIdle)
        {
            await LookAtSilosAsync(drive);
        }

        if (hasChanged || isIdle)
        {
            await WriteAsync(drive);
            SendAll(drive);
        }

        if (drive.IsRepetitionOver)
        {
            await EndAsync(drive, cancellation);
        }
    }

    private async Task BeginAsync(ExperimentDrive drive, CancellationToken cancellation)
    {
        _boards = BoardsOf(drive);
        try
        {
            foreach (var board in drive.Stage == ExperimentStage.Running ? _boards : [])
            {
                await board.DefineAsync(cancellation);
            }

            drive.Begin(time.GetUtcNow());
        }
        catch (RefusedBoardException refused)
        {
            drive.Fail(refused.Message);
        }

        (_goesOnFrom, _elapsedBefore, _silos) = (time.GetTimestamp(), 0, null);
        if (drive.Stage == ExperimentStage.Stopping)
        {
            drive.End();
        }

        await WriteAsync(drive);
        SendAll(drive);
    }

    /// <summary>Stores the results first: identified by case and repetition, a result is kept once, however often it is stored.</summary>
    private async Task EndAsync(ExperimentDrive drive, CancellationToken cancellation)
    {
        await results.WriteAsync(new() { Repetitions = ExperimentDrive.With(results.State.Repetitions, drive.Result()!) }, static () => { });
        _endedAt ??= time.GetTimestamp();
        foreach (var board in _boards)
        {
            if (await board.RemoveAsync(cancellation) is { } refusal)
            {
                if (time.GetElapsedTime(_endedAt.Value) < GrainBoard.DebtsArePaid)
                {
                    Rest();
                    return;
                }

                drive.NoteProblem($"the board {board.Name} is still in the cluster: {refusal.Reason}");
            }
        }

        _endedAt = null;
        drive.End();
        await WriteAsync(drive);
    }

    private void Rest() => _restsUntil = time.GetTimestamp() + (long)(_pauseAfterTrouble.TotalSeconds * time.TimestampFrequency);

    private async Task WriteAsync(ExperimentDrive drive)
    {
        await progress.WriteAsync(new() { State = drive.State }, static () => { });
        _wroteAt = time.GetTimestamp();
        _status = drive.Status(results.State.Repetitions);
    }

    private void SendAll(ExperimentDrive drive)
    {
        while (drive.TryTake(out var board, out var request))
        {
            _ = AskAsync(board, request);
        }
    }

    /// <summary>Sends a command until there is a reply, or until the experiment has continued from the stored state, which sends it again.</summary>
    private async Task AskAsync(int board, BoardRequest request)
    {
        var (epoch, sentAt, to) = (_epoch, Now, _boards[board]);
        while (epoch == _epoch)
        {
            try
            {
                var refusal = await to.SendAsync(request);
                if (epoch == _epoch)
                {
                    _answers.Add((board, request, refusal, sentAt, Now));
                }

                return;
            }
            catch (Exception problem)
            {
                logger.LogTrouble(Name, problem.Message);
                if (epoch == _epoch)
                {
                    _drive?.NoteSentAgain();
                }

                await Task.Delay(_pauseAfterTrouble, time);
            }
        }
    }

    private async Task LookAtSilosAsync(ExperimentDrive drive)
    {
        _lookedAt = time.GetTimestamp();
        try
        {
            _silos ??= new(GrainFactory, drive.BegunAt);
            await _silos.LookAsync();
            drive.NoteLost(_silos.Lost);
        }
        catch (Exception problem)
        {
            logger.LogTrouble(Name, problem.Message);
        }
    }
}
