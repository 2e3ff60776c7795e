using System.Diagnostics;
using DmaGrains.Client;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>Callers that ask buffers for things, one after another and all at once, until they are told to stop.</summary>
/// <param name="buffers">The buffers.</param>
/// <param name="seed">Decides what they ask.</param>
internal sealed class FaultLoad(IReadOnlyList<SharedBuffer> buffers, int seed)
{
    private const int Callers = 24;

    // One in so many is asked of a few buffers that all callers know.
    private const int HotShare = 40;
    private const int HotBuffers = 16;

    // Of the callers, so many have no ids; of what is sent, one in so many was sent and answered before.
    private const int WithoutIds = 4;
    private const int LateShare = 10;

    /// <summary>Nothing that heals takes this long.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private Task _run = Task.CompletedTask;
    private volatile bool _isStopping;
    private (long Count, TaskCompletionSource Reached)? _awaited;
    private long _clock;
    private long _lastAnswer = Stopwatch.GetTimestamp();

    /// <summary>Commands granted.</summary>
    public long Granted { get; private set; }

    /// <summary>Commands refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Times that a client gave up and its caller sent again.</summary>
    public long SentAgain { get; private set; }

    /// <summary>Commands that their callers gave up.</summary>
    public long GivenUp { get; private set; }

    /// <summary>Requests that were answered and came once more.</summary>
    public long CameLate { get; private set; }

    /// <summary>The longest time in which nobody heard anything.</summary>
    public TimeSpan LongestSilence { get; private set; }

    /// <summary>Lets the callers begin.</summary>
    public void Start() => _run = Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller))));

    /// <summary>Completes when so many more commands have been answered.</summary>
    public async Task AnswersAsync(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _awaited = (Granted + Refused + count, reached);
        }

        var first = await Task.WhenAny(reached.Task, _run, Task.Delay(_patience));
        if (first == _run)
        {
            await _run;
        }

        Assert.True(first == reached.Task, $"seed {seed}: fewer than {count} commands were answered within {_patience}.");
    }

    /// <summary>Completes when every caller has heard its last answer.</summary>
    public async Task StopAsync()
    {
        _isStopping = true;
        await _run.WaitAsync(_patience);
    }

    /// <summary>Looks at every buffer, as the last of its operations.</summary>
    public Task LookAsync() => Parallel.ForEachAsync(
        buffers,
        new ParallelOptions { MaxDegreeOfParallelism = Callers },
        async (buffer, _) =>
        {
            var sent = Now();
            var seen = await buffer.Grain.DescribeAsync();
            buffer.History.Enqueue(new(buffer.Name, sent) { Answered = Now(), Seen = seen });
        });

    private long Now() => Interlocked.Increment(ref _clock);

    private async Task CallAsync(int caller)
    {
        var random = new Random(HashCode.Combine(seed, caller));
        var ids = caller < WithoutIds ? null : new DmaCaller();
        while (!_isStopping)
        {
            var buffer = buffers[random.Next(HotShare) == 0 ? random.Next(HotBuffers) : random.Next(buffers.Count)];
            var isLate = random.Next(LateShare) == 0;
            if ((isLate ? buffer.Acknowledged(random) : buffer.Next(random, ids)) is not var (export, commands))
            {
                continue;
            }

            if (export is not null)
            {
                await ExportAsync(buffer, export, isLate);
            }
            else
            {
                await ExecuteAsync(buffer, commands, mayGiveUp: random.Next(2) == 0, isLate);
            }
        }
    }

    private async Task ExportAsync(SharedBuffer buffer, BufferExport export, bool isLate)
    {
        var sent = Now();
        var replies = await HearAsync(async () => [await buffer.Grain.ExportAsync(export)], mayGiveUp: false);
        buffer.History.Enqueue(new(buffer.Name, sent) { Answered = Now(), Export = export, Reply = replies![0] });
        Acknowledge(buffer, export, [], isLate);
    }

    private async Task ExecuteAsync(SharedBuffer buffer, DmaCommand[] commands, bool mayGiveUp, bool isLate)
    {
        var sent = Now();

        // What a map gives cannot be told from outside when nobody heard it.
        var replies = await HearAsync(
            async () => commands is [var only]
                ? [await buffer.Grain.ExecuteAsync(only)]
                : await buffer.Grain.ExecuteAsync([.. commands], goOn: false),
            mayGiveUp && !isLate && !commands.Any(command => command is DmaCommand.Map));
        if (replies is null)
        {
            buffer.History.Enqueue(new(buffer.Name, sent) { Command = commands.Single() });
            return;
        }

        var answered = Now();
        Operation? before = null;
        foreach (var (command, reply) in commands.Zip(replies))
        {
            before = new(buffer.Name, sent) { Answered = answered, Command = command, Reply = reply, After = before };
            buffer.History.Enqueue(before);
            if (reply.IsGranted && !isLate)
            {
                buffer.Note(command);
            }
        }

        Acknowledge(buffer, null, commands, isLate);
    }

    private void Acknowledge(SharedBuffer buffer, BufferExport? export, DmaCommand[] commands, bool isLate)
    {
        if (isLate)
        {
            lock (_lock)
            {
                CameLate++;
            }
        }
        else if (export is not null || commands[0].Id is not null)
        {
            buffer.Acknowledge(export, commands);
        }
    }

    /// <summary>Sends until an answer comes; null when the caller gave up, which it may do after the first failure.</summary>
    private async Task<IReadOnlyList<DmaResult<DmaReply>>?> HearAsync(
        Func<Task<IReadOnlyList<DmaResult<DmaReply>>>> send, bool mayGiveUp)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var replies = await send();
                Count(replies);
                return replies;
            }
            catch (NoReplyException) when (Stopwatch.GetElapsedTime(start) < _patience)
            {
                lock (_lock)
                {
                    (SentAgain, GivenUp) = mayGiveUp ? (SentAgain, GivenUp + 1) : (SentAgain + 1, GivenUp);
                }

                if (mayGiveUp)
                {
                    return null;
                }
            }
        }
    }

    private void Count(IReadOnlyList<DmaResult<DmaReply>> replies)
    {
        lock (_lock)
        {
            Granted += replies.Count(reply => reply.IsGranted);
            Refused += replies.Count(reply => !reply.IsGranted);
            var now = Stopwatch.GetTimestamp();
            var silence = Stopwatch.GetElapsedTime(_lastAnswer, now);
            (LongestSilence, _lastAnswer) = (silence > LongestSilence ? silence : LongestSilence, now);
            if (_awaited is { } awaited && Granted + Refused >= awaited.Count)
            {
                awaited.Reached.TrySetResult();
            }
        }
    }
}
