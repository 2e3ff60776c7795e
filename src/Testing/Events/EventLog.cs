using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace DmaGrains.Testing;

/// <summary>The events of a cluster, in order.</summary>
/// <remarks>Each wait gets every later event through its own channel, so it misses none however many there are.</remarks>
public sealed class EventLog
{
    /// <summary>How many of the latest events are kept for later waits.</summary>
    public const int KeptMax = 20_000;

    private const int ToldMax = 15;

    private readonly Lock _lock = new();
    private readonly Queue<ClusterEvent> _kept = [];
    private readonly List<ChannelWriter<ClusterEvent>> _waiting = [];
    private long _last;

    internal EventLog()
    {
    }

    /// <summary>The number of the last event; 0 before the first. Use it as a mark: later events have higher numbers.</summary>
    public long Last
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    /// <summary>The kept events after a number, at most the last <see cref="KeptMax"/>.</summary>
    /// <param name="number">An event's number, a mark, or 0 for all.</param>
    public IReadOnlyList<ClusterEvent> After(long number)
    {
        lock (_lock)
        {
            return [.. _kept.Where(kept => kept.Number > number)];
        }
    }

    internal void Add(ClusterEvent happened)
    {
        lock (_lock)
        {
            var numbered = happened with { Number = ++_last };
            _kept.Enqueue(numbered);
            if (_kept.Count > KeptMax)
            {
                _kept.Dequeue();
            }

            _waiting.ForEach(waiting => waiting.TryWrite(numbered));
        }
    }

    /// <summary>The first wanted event after a number, past or future.</summary>
    internal async Task<TEvent> WaitForAsync<TEvent>(Func<TEvent, bool> matches, long after, TimeSpan timeout, string wanted)
        where TEvent : ClusterEvent
    {
        var events = Channel.CreateUnbounded<ClusterEvent>();
        lock (_lock)
        {
            foreach (var kept in _kept.Where(kept => kept.Number > after))
            {
                events.Writer.TryWrite(kept);
            }

            _waiting.Add(events.Writer);
        }

        using var late = new CancellationTokenSource(timeout);
        try
        {
            await foreach (var happened in events.Reader.ReadAllAsync(late.Token))
            {
                if (happened is TEvent candidate && matches(candidate))
                {
                    return candidate;
                }
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new TimeoutException(Missing(typeof(TEvent), wanted, after, timeout));
        }
        finally
        {
            lock (_lock)
            {
                _waiting.Remove(events.Writer);
            }
        }

        throw new InvalidOperationException("The channel of a waiting test is never completed.");
    }

    private string Missing(Type type, string wanted, long after, TimeSpan timeout)
    {
        var seen = After(after);
        var dropped = Last - after - seen.Count;
        var message = new StringBuilder();
        message.Append(
            CultureInfo.InvariantCulture,
            $"No {type.Name} for which {wanted} within {timeout.TotalSeconds:0.###} s. ");
        message.Append(CultureInfo.InvariantCulture, $"Events after number {after}: {seen.Count + dropped}");
        if (dropped > 0)
        {
            message.Append(CultureInfo.InvariantCulture, $", of which the first {dropped} are not kept and may have been it");
        }

        message.Append(seen.Count switch
        {
            0 => ".",
            > ToldMax => string.Create(CultureInfo.InvariantCulture, $"; the last {ToldMax}:"),
            _ => ":",
        });
        foreach (var happened in seen.TakeLast(ToldMax))
        {
            message.Append(CultureInfo.InvariantCulture, $"\n  {happened.Number} {happened}");
        }

        return message.ToString();
    }
}
