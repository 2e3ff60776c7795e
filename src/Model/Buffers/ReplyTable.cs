using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// A buffer's past replies, so that a command that is sent again gets its first reply and changes nothing. It keeps each caller's last
/// request as a whole, as replicated state machines do, and the last grants of commands without an id. A command that can no longer be told
/// from a repeat is refused.
/// </summary>
/// <remarks>Source: the client table of Viewstamped Replication (Liskov and Cowling, 2012, section 4).</remarks>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.reply-table")]
public sealed partial record ReplyTable
{
    /// <summary>The most callers that are remembered; beyond, the caller that asked longest ago is forgotten.</summary>
    public const int CallersMax = 128;

    /// <summary>The most commands in one request.</summary>
    public const int RequestMax = 1024;

    /// <summary>The most replies to callers in all; beyond, the caller that asked longest ago is forgotten.</summary>
    public const int RepliesMax = 4 * RequestMax;

    /// <summary>The number of remembered grants of commands without an id, in addition to those of the last batch.</summary>
    public const int UnnamedMax = 32;

    private const string Field = nameof(DmaCommand.Id);

    private ReplyTable()
    {
    }

    /// <summary>Nothing remembered.</summary>
    public static ReplyTable Empty { get; } = new();

    /// <summary>The callers, ordered by their last request, oldest first. They survive when the buffer's name is exported again.</summary>
    [Id(0)]
    public ImmutableArray<CallerReplies> Callers { get; private init; } = [];

    /// <summary>Grants of commands without an id to the present export, oldest first.</summary>
    [Id(1)]
    public ImmutableArray<RememberedReply> Unnamed { get; private init; } = [];

    /// <summary>The highest command number that was forgotten; an unknown caller has to begin above it.</summary>
    [Id(2)]
    public long Horizon { get; private init; }

    /// <summary>Null when the commands form a valid request.</summary>
    /// <returns>EINVAL naming Id unless all have ids of one caller with growing numbers, or none has an id.</returns>
    public static Refusal? Check(IReadOnlyList<DmaCommand> request)
    {
        for (var index = 1; index < request.Count; index++)
        {
            var (before, id) = (request[index - 1].Id, request[index].Id);
            if (before?.Caller != id?.Caller || before?.Number >= id?.Number)
            {
                return Refusal.Of(
                    Errno.EINVAL,
                    Field,
                    $"Command {index + 1} of the batch has {TextOf(id)} after {TextOf(before)}: expected increasing numbers of one caller, or no ids at all.");
            }
        }

        return null;
    }

    /// <summary>The reply to a command that must not be carried out; null when it is new.</summary>
    /// <returns>
    /// The first reply to a repeat. EINVAL naming Id for a malformed id, or one that was used for another command. ESTALE naming Id, with
    /// the number that the next id has to exceed, for a command that may have been carried out and forgotten.
    /// </returns>
    /// <remarks>
    /// The only place that tells repeats by id. Without an id they are told by name: <c>CheckAttach</c>, <c>CheckTake</c> and
    /// <c>BeginCpuAccess</c> of <see cref="DmaBuffer"/>, <see cref="BufferExports.Begin"/>.
    /// </remarks>
    public DmaResult<DmaReply>? Answer(DmaCommand command) => Answer(command.Id, command.Parts);

    /// <summary>The reply to an export that must not be carried out, as <see cref="Answer(DmaCommand)"/>; an export without an id is always new.</summary>
    public DmaResult<DmaReply>? Answer(BufferExport export) =>
        export.Id is null ? null : Answer(export.Id, CommandParts.Of(export));

    /// <summary>Adds a reply. Refusals are remembered only for commands with an id; others are tried again.</summary>
    /// <param name="command">The command.</param>
    /// <param name="reply">Its reply.</param>
    /// <param name="place">The command's index in its request, from 0.</param>
    /// <param name="first">The id of the request's first command; null when that is this command.</param>
    /// <remarks>
    /// The only place that forgets because there is too much, with <see cref="CallerReplies.Then"/>, which forgets a caller's earlier
    /// requests. A new export forgets too: <see cref="ExportedAnew"/>.
    /// </remarks>
    public ReplyTable Remember(DmaCommand command, DmaResult<DmaReply> reply, int place = 0, CommandId? first = null)
    {
        var parts = command.Parts;
        return command.Id is { } id ? Remember(id, parts, reply, first?.Number ?? id.Number)
            : reply.IsGranted ? Remember(RememberedReply.Of(parts, reply), place == 0 ? UnnamedMax : UnnamedMax + RequestMax)
            : this;
    }

    /// <summary>Adds the reply to an export; an export without an id is not remembered.</summary>
    public ReplyTable Remember(BufferExport export, DmaResult<DmaReply> reply) =>
        export.Id is { } id ? Remember(id, CommandParts.Of(export), reply, id.Number) : this;

    /// <summary>The table after the name is exported again: grants without an id are forgotten, so names of attachments and mappings may be reused.</summary>
    /// <remarks>The only place where a new export forgets replies; those to commands with an id stay.</remarks>
    public ReplyTable ExportedAnew() => Unnamed.IsEmpty ? this : this with { Unnamed = [] };

    private DmaResult<DmaReply>? Answer(CommandId? id, in CommandParts parts)
    {
        if (id is not { } named)
        {
            return FindUnnamed(parts);
        }

        if (named.Check() is { } malformed)
        {
            return DmaResult.Refuse<DmaReply>(malformed);
        }

        var index = IndexOf(named.Caller);
        if (index >= 0 && Callers[index].Find(named.Number) is { } first)
        {
            return first.IsOf(parts) ? first.Reply : DmaResult.Refuse<DmaReply>(OfAnother(named, first));
        }

        var least = index < 0 ? Horizon : Callers[index].Last;
        return named.Number > least ? null : DmaResult.Refuse<DmaReply>(Stale(named, least, index >= 0));
    }

    private DmaResult<DmaReply>? FindUnnamed(in CommandParts parts)
    {
        for (var index = Unnamed.Length - 1; index >= 0; index--)
        {
            if (Unnamed[index].IsOf(parts))
            {
                return Unnamed[index].Reply;
            }
        }

        return null;
    }

    private ReplyTable Remember(RememberedReply unnamed, int most) =>
        this with { Unnamed = [.. Unnamed.AsSpan()[Math.Max(0, Unnamed.Length + 1 - most)..], unnamed] };

    private ReplyTable Remember(CommandId id, in CommandParts parts, DmaResult<DmaReply> reply, long first)
    {
        if (!reply.IsGranted && !parts.IsBounded)
        {
            // This is refused in any state, so it need not be remembered.
            return this;
        }

        var index = IndexOf(id.Caller);
        var caller = (index < 0 ? new(id.Caller, []) : Callers[index]).Then(RememberedReply.Of(parts, reply, id.Number), first);
        var (others, count, horizon) = (0, caller.Replies.Length, Horizon);
        for (var place = 0; place < Callers.Length; place++)
        {
            (others, count) = place == index ? (others, count) : (others + 1, count + Callers[place].Replies.Length);
        }

        var oldest = 0;
        for (; others >= CallersMax || count > RepliesMax; oldest++)
        {
            if (oldest != index)
            {
                var forgotten = Callers[oldest];
                (others, count, horizon) = (others - 1, count - forgotten.Replies.Length, Math.Max(horizon, forgotten.Last));
            }
        }

        var next = new CallerReplies[others + 1];
        var kept = 0;
        for (var place = oldest; place < Callers.Length; place++)
        {
            if (place != index)
            {
                next[kept++] = Callers[place];
            }
        }

        next[kept] = caller;
        return this with { Callers = ImmutableCollectionsMarshal.AsImmutableArray(next), Horizon = horizon };
    }

    private int IndexOf(string caller)
    {
        for (var index = Callers.Length - 1; index >= 0; index--)
        {
            if (Callers[index].Caller == caller)
            {
                return index;
            }
        }

        return -1;
    }

    private static Refusal Stale(CommandId id, long least, bool isKnown) => new(
        Errno.ESTALE,
        null,
        Field,
        (ulong)id.Number,
        (ulong)least,
        isKnown
            ? $"Id {id} came after {id.Caller}/{least}: only the last request of each caller is remembered, and its numbers must grow."
            : $"Id {id} is of a caller that is not remembered: expected a number above {least}.");

    private static Refusal OfAnother(CommandId id, RememberedReply first) => Refusal.Of(
        Errno.EINVAL, Field, $"Id {id} was given to {first.Describe()}: expected a different id for each command.");

    private static string TextOf(CommandId? id) => id is { } named ? $"the id {named}" : "no id";
}
