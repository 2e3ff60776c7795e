using System.Collections.Immutable;
using System.Security.Cryptography;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Interfaces;

/// <summary>
/// Creates the ids of one caller's requests. A buffer remembers the last request of each caller, so a caller may have one request (a
/// command, a batch or an export) in flight on a buffer at a time; to send several at once, use <see cref="DmaCallers"/>.
/// </summary>
/// <remarks>
/// Numbers come from a hybrid logical clock: the time in microseconds, or the last number plus one. So a new caller starts above all
/// numbers that a buffer has forgotten; if its clock is behind, the refusal tells the number to start above.
/// </remarks>
public sealed class DmaCaller
{
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private long _last;

    /// <summary>A caller with a random name.</summary>
    /// <param name="time">The clock that numbers start from; null for the system's.</param>
    public DmaCaller(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        Name = RandomNumberGenerator.GetHexString(12, lowercase: true);
    }

    /// <summary>The <see cref="CommandId.Caller"/> of its ids.</summary>
    public string Name { get; }

    /// <summary>An id for the next command or export.</summary>
    public CommandId Next()
    {
        lock (_lock)
        {
            _last = Math.Max(_last + 1, (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            return new(Name, _last);
        }
    }

    /// <summary>Gives commands new ids, in order, to make them one request.</summary>
    public ImmutableArray<DmaCommand> Number(IEnumerable<DmaCommand> commands) => [.. commands.Select(command => command with { Id = Next() })];

    /// <summary>
    /// Sends under a new id, and once more under a higher one when the buffer has forgotten callers with higher numbers (ESTALE).
    /// </summary>
    /// <param name="send">
    /// Sends the command or export. If it retries, it must not return ESTALE of a retry, because the first attempt may have been carried
    /// out.
    /// </param>
    public async Task<DmaResult<DmaReply>> SendAsync(Func<CommandId, Task<DmaResult<DmaReply>>> send)
    {
        ArgumentNullException.ThrowIfNull(send);
        var reply = await send(Next());
        return Learns(reply) ? await send(Next()) : reply;
    }

    /// <summary>Sends a batch as the other overload sends a command; see <see cref="IDmaBufferGrain"/>.</summary>
    /// <param name="commands">The commands; their ids are replaced.</param>
    /// <param name="send">Sends the batch once, as for a single command.</param>
    public async Task<ImmutableArray<DmaResult<DmaReply>>> SendAsync(
        ImmutableArray<DmaCommand> commands, Func<ImmutableArray<DmaCommand>, Task<ImmutableArray<DmaResult<DmaReply>>>> send)
    {
        ArgumentNullException.ThrowIfNull(send);
        var replies = await send(Number(commands));
        return replies is [var only] && Learns(only) ? await send(Number(commands)) : replies;
    }

    /// <summary>Continues above the number that an ESTALE refusal gives; false for any other refusal.</summary>
    public bool Learn(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        if (refusal is not { Errno: Errno.ESTALE, Limit: <= long.MaxValue and var least })
        {
            return false;
        }

        lock (_lock)
        {
            _last = Math.Max(_last, (long)least);
        }

        return true;
    }

    private bool Learns(DmaResult<DmaReply> reply) => reply.Refusal is { } refusal && Learn(refusal);
}
