using System.Diagnostics;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>What callers that run at once have heard so far, and the clock that they share.</summary>
/// <param name="seed">What a failure names.</param>
internal sealed class Answers(int seed)
{
    /// <summary>Nothing that heals takes this long.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private Task _run = Task.CompletedTask;
    private (long Count, TaskCompletionSource Reached)? _awaited;
    private long _clock;
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>Whether callers are to end after their next answer.</summary>
    public bool IsStopping { get; private set; }

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

    /// <summary>Lets so many callers begin.</summary>
    public void Start(int callers, Func<int, Task> call) =>
        _run = Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => call(caller))));

    /// <summary>A moment later than all before.</summary>
    public long Now() => Interlocked.Increment(ref _clock);

    /// <summary>Completes when so many more commands have been answered.</summary>
    public async Task ComeAsync(int count)
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
        IsStopping = true;
        await _run.WaitAsync(_patience);
    }

    /// <summary>Notes that a request came once more.</summary>
    public void NoteLate()
    {
        lock (_lock)
        {
            CameLate++;
        }
    }

    /// <summary>Sends until an answer comes; null when the caller gave up, which it may do after the first failure.</summary>
    /// <remarks>
    /// A client cannot tell a forgotten command that was lost on its way from one that was answered long ago. The callers here can: a
    /// request that comes late and is forgotten was not lost.
    /// </remarks>
    public async Task<IReadOnlyList<DmaResult<DmaReply>>?> HearAsync(
        Func<Task<IReadOnlyList<DmaResult<DmaReply>>>> send, bool mayGiveUp, bool isLate)
    {
        var start = Stopwatch.GetTimestamp();
        for (var failed = 0; ; failed++)
        {
            try
            {
                var replies = await send();
                Count(replies, isLate && replies.Any(reply => reply.Refusal?.Errno == Errno.ESTALE) ? 0 : failed);
                return replies;
            }
            catch (NoReplyException) when (Stopwatch.GetElapsedTime(start) < _patience)
            {
                if (mayGiveUp)
                {
                    lock (_lock)
                    {
                        GivenUp++;
                    }

                    return null;
                }
            }
        }
    }

    private void Count(IReadOnlyList<DmaResult<DmaReply>> replies, int sentAgain)
    {
        lock (_lock)
        {
            SentAgain += sentAgain;
            Granted += replies.Count(reply => reply.IsGranted);
            Refused += replies.Count(reply => !reply.IsGranted);
            var now = Stopwatch.GetTimestamp();
            var silence = Stopwatch.GetElapsedTime(_last, now);
            (LongestSilence, _last) = (silence > LongestSilence ? silence : LongestSilence, now);
            if (_awaited is { } awaited && Granted + Refused >= awaited.Count)
            {
                awaited.Reached.TrySetResult();
            }
        }
    }
}
