using System.Collections.Immutable;
using System.Security.Cryptography;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Interfaces;

/// <summary>
/// Gives ids to what one caller asks of buffers. Of each caller a buffer remembers the last request, so a caller has one request (a
/// command, a batch or an export) under way on a buffer at a time; who asks more at once takes <see cref="DmaCallers"/>.
/// </summary>
/// <remarks>
/// Numbers are those of a hybrid logical clock: the time in microseconds, or one more than the last. So a new caller begins above those
/// that a buffer has forgotten; where its clock is behind theirs, it learns so from the refusal.
/// </remarks>
public sealed class DmaCaller
{
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private long _last;

    /// <summary>A caller under a name that nobody else has.</summary>
    /// <param name="time">What its numbers begin with; null for the system's clock.</param>
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

    /// <summary>The same commands under new ids, in their order: one request.</summary>
    public ImmutableArray<DmaCommand> Number(IEnumerable<DmaCommand> commands) => [.. commands.Select(command => command with { Id = Next() })];

    /// <summary>
    /// Asks under a new id, and once more under another one when the buffer has forgotten callers with higher numbers (ESTALE).
    /// </summary>
    /// <param name="send">Sends once. Where it sends again by itself, it may return no ESTALE: the first one may have been carried out.</param>
    public async Task<DmaResult<DmaReply>> SendAsync(Func<CommandId, Task<DmaResult<DmaReply>>> send)
    {
        ArgumentNullException.ThrowIfNull(send);
        var reply = await send(Next());
        return Learns(reply) ? await send(Next()) : reply;
    }

    /// <summary>The same for commands that are carried out in one turn, see <see cref="IDmaBufferGrain"/>.</summary>
    /// <param name="commands">The commands; ids that they have are not looked at.</param>
    /// <param name="send">Sends them once, as for a single command.</param>
    public async Task<ImmutableArray<DmaResult<DmaReply>>> SendAsync(
        ImmutableArray<DmaCommand> commands, Func<ImmutableArray<DmaCommand>, Task<ImmutableArray<DmaResult<DmaReply>>>> send)
    {
        ArgumentNullException.ThrowIfNull(send);
        var replies = await send(Number(commands));
        return replies is [var only] && Learns(only) ? await send(Number(commands)) : replies;
    }

    /// <summary>Has the next number above the one that a refusal names; false when it is not about that.</summary>
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
