using System.Diagnostics;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using DmaGrains.Interfaces;
using DmaGrains.Model;

namespace DmaGrains.Experiments.Driving;

/// <summary>Plays an experiment on grains in real time, from this process. Cases take turns, so that changes in the cluster affect all of them.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="grains">The cluster.</param>
/// <param name="sink">Takes the results, one repetition of each case after the other.</param>
/// <param name="options">How it is run.</param>
public sealed class LiveRun(Experiment experiment, IGrainFactory grains, IResultSink sink, LiveOptions options)
{
    /// <summary>The most sessions on a board at a time.</summary>
    public const int SessionsMax = 100_000;

    private const int AttemptsMax = 8;

    // The resolution of .NET's timers.
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _pauseAfterTrouble = TimeSpan.FromSeconds(1);

    private readonly string _caller = new DmaCaller().Name;
    private readonly SiloWatch _watch = new(grains, options.Time.GetUtcNow());
    private readonly List<string> _left = [];
    private long _sentAgain;
    private int _done;
    private ulong _commands;

    /// <summary>One line for each board that could not be removed from the cluster.</summary>
    public IReadOnlyList<string> Left => _left;

    /// <summary>Plays all repetitions of all cases. However it ends, it removes its boards if the cluster answers.</summary>
    /// <param name="cancellationToken">Ends the run soon; the current repetition is lost.</param>
    /// <exception cref="RefusedBoardException">The cluster refuses a board.</exception>
    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        await _watch.LookAsync();
        for (var repetition = 0; repetition < experiment.Repetitions; repetition++)
        {
            foreach (var @case in experiment.Cases)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (await PlayAsync(@case, repetition, cancellationToken)).AddTo(sink);
                _done++;
            }
        }
    }

    private async Task<DriveResults> PlayAsync(ExperimentCase @case, int repetition, CancellationToken cancellationToken)
    {
        var limits = LimitsOf(experiment, repetition);
        var boards = @case.Boards.Select((board, index) => new GrainBoard(
            grains, board with { Name = GrainBoard.NameOf(experiment.Name, _caller, @case.Case.Index, repetition, index) }, _caller)).ToList();
        var before = Trouble;
        try
        {
            foreach (var board in boards)
            {
                await board.DefineAsync(cancellationToken);
            }

            var plays = boards.Select((board, index) => new BoardRun(this, BoardDrive.Begin(@case, index, limits, SessionsMax), board)).ToList();
            await PlayAsync(plays, cancellationToken);
            var trouble = Trouble;
            _commands += plays.Aggregate(0UL, (sum, play) => sum + play.Drive.Commands);
            return new(
                @case.Case.Index,
                repetition,
                [.. plays.Select(play => play.Drive.Counted)],
                new(trouble.SentAgain - before.SentAgain, trouble.SilosLost - before.SilosLost));
        }
        finally
        {
            await Task.WhenAll(boards.Select(board => RemoveAsync(board, cancellationToken)));
        }
    }

    private async Task RemoveAsync(GrainBoard board, CancellationToken cancellationToken)
    {
        var begun = options.Time.GetTimestamp();
        string? why;
        do
        {
            try
            {
                why = (await board.RemoveAsync(CancellationToken.None))?.Reason.TrimEnd('.');
            }
            catch (Exception problem)
            {
                why = problem.Message.TrimEnd('.');
            }
        }
        while (why is not null && await MayTryAgainAsync(begun, cancellationToken));

        if (why is not null)
        {
            lock (_left)
            {
                _left.Add($"the board {board.Name} is still in the cluster: {HarmlessText.Of(why)}");
            }
        }
    }

    private async Task<bool> MayTryAgainAsync(long begun, CancellationToken cancellationToken)
    {
        await Task.Delay(_pauseAfterTrouble, options.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellationToken.IsCancellationRequested && options.Time.GetElapsedTime(begun) < GrainBoard.DebtsArePaid;
    }

    /// <summary>When a board of an experiment ends, and its random numbers.</summary>
    internal static SimulationLimits LimitsOf(Experiment experiment, int repetition) => new(experiment.Seed, repetition)
    {
        Nanoseconds = experiment.DurationNanoseconds ?? Times.Max,
        Commands = experiment.Commands ?? ulong.MaxValue,
        WarmUpNanoseconds = experiment.WarmUpNanoseconds,
    };

    private ClusterTrouble Trouble => new((ulong)Interlocked.Read(ref _sentAgain) + (options.SentAgain?.Invoke() ?? 0), _watch.Lost);

    private async Task PlayAsync(List<BoardRun> plays, CancellationToken cancellationToken)
    {
        var begun = options.Time.GetTimestamp();
        plays.ForEach(play => play.Begun = begun);
        var lookedAt = begun;
        var looking = Task.CompletedTask;
        using var timer = new PeriodicTimer(_tick, options.Time);
        while (!plays.TrueForAll(play => play.Drive.IsEmpty))
        {
            if (cancellationToken.IsCancellationRequested)
            {
                plays.ForEach(play => play.Finish());
            }

            foreach (var play in plays)
            {
                play.Advance();
                if (play.Problem is { } problem)
                {
                    // All boards give back what they hold, if the cluster answers.
                    throw problem;
                }
            }

            if (looking.IsCompleted && options.Time.GetElapsedTime(lookedAt) >= _look)
            {
                lookedAt = options.Time.GetTimestamp();
                looking = LookAsync();
                Report(plays);
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        await LookAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task LookAsync()
    {
        try
        {
            await _watch.LookAsync();
        }
        catch (Exception)
        {
            // Perhaps the asked silo was lost; the next look finds out.
        }
    }

    private void Report(List<BoardRun> plays)
    {
        var planned = experiment.Cases.Length * experiment.Repetitions;
        options.Progress?.Invoke(new(
            _done,
            planned,
            _commands + plays.Aggregate(0UL, (sum, play) => sum + play.Drive.Commands),
            (_done + plays.Average(play => play.Drive.Share)) / planned));
    }

    /// <summary>A board that is being played.</summary>
    private sealed class BoardRun(LiveRun run, BoardDrive drive, GrainBoard board)
    {
        private readonly Lock _lock = new();

        public BoardDrive Drive => drive;

        public long Begun { get; set; }

        public Exception? Problem { get; private set; }

        private ulong Now => (ulong)run.TimeSince(Begun);

        public void Finish()
        {
            lock (_lock)
            {
                drive.Finish();
            }
        }

        /// <summary>Sends what is due.</summary>
        public void Advance()
        {
            lock (_lock)
            {
                while (drive.NextDue <= Now)
                {
                    drive.Advance(Now);
                }
            }

            SendAll();
        }

        private void SendAll()
        {
            while (true)
            {
                BoardRequest request;
                lock (_lock)
                {
                    if (!drive.TryTake(out request))
                    {
                        return;
                    }
                }

                _ = SendAsync(request);
            }
        }

        private async Task SendAsync(BoardRequest request)
        {
            var sentAt = Now;
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    var refusal = await board.SendAsync(request);
                    lock (_lock)
                    {
                        drive.Answer(request, refusal, sentAt, Now);
                    }

                    break;
                }
                catch (Exception) when (attempt < AttemptsMax)
                {
                    // A retry under the same id gets the same reply, whether or not the first attempt was carried out.
                    Interlocked.Increment(ref run._sentAgain);
                    await Task.Delay(_pauseAfterTrouble, CancellationToken.None);
                }
                catch (Exception problem)
                {
                    Problem = problem;
                    return;
                }
            }

            SendAll();
        }
    }

    private double TimeSince(long begun) => Stopwatch.GetElapsedTime(begun, options.Time.GetTimestamp()).Ticks * 100.0;
}
