using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// The last replies of a buffer, so that a command sent again gets the first reply and changes nothing: of those that were granted,
/// and, of commands with an id, of those that were refused.
/// </summary>
/// <param name="Replies">Oldest first.</param>
[GenerateSerializer, Immutable, Alias("dma.reply-window")]
public readonly record struct ReplyWindow(ImmutableArray<RememberedReply> Replies)
{
    /// <summary>How many earlier exports under the buffer's name are remembered.</summary>
    public const int ExportsMax = 8;

    /// <summary>How many replies are remembered: a repeat must come before that many other commands.</summary>
    public const int Capacity = 32;

    /// <summary>Nothing remembered.</summary>
    public static ReplyWindow Empty { get; } = new([]);

    /// <summary>Earlier exports of the name that had ids, oldest first: one that comes again is a repeat too.</summary>
    [Id(0)]
    public ImmutableArray<BufferExport> Exports { get; private init; } = [];

    /// <summary>The same replies, and these earlier exports.</summary>
    public ReplyWindow WithExports(ImmutableArray<BufferExport> exports) => this with { Exports = exports };

    /// <summary>The reply that this command got, or null when it is not remembered.</summary>
    public DmaResult<DmaReply>? Find(DmaCommand command)
    {
        var parts = CommandParts.Of(command);
        for (var index = Replies.Length - 1; index >= 0; index--)
        {
            if (Replies[index].IsOf(parts))
            {
                return Replies[index].Reply;
            }
        }

        return null;
    }

    /// <summary>Whether this was an earlier export of the name.</summary>
    public bool HasExported(BufferExport export) => !Exports.IsDefault && Exports.Contains(export);

    /// <summary>
    /// With one more reply; the oldest goes when there are too many. A refusal left nothing behind: only a command with an id has it
    /// remembered, others are tried again.
    /// </summary>
    public ReplyWindow Remember(DmaCommand command, DmaResult<DmaReply> reply)
    {
        if (!reply.IsGranted && command.Id is null)
        {
            return this;
        }

        var kept = Replies.AsSpan()[Math.Max(0, Replies.Length + 1 - Capacity)..];
        return this with { Replies = [.. kept, RememberedReply.Of(command, reply)] };
    }

    /// <summary>
    /// What is still remembered when the name is exported anew: earlier exports and commands, those with ids. Names of attachments and
    /// mappings may be used again.
    /// </summary>
    /// <param name="before">The export before.</param>
    public ReplyWindow ExportedAnew(BufferExport before)
    {
        var exports = Exports.IsDefault ? [] : Exports;
        return new([.. Replies.Where(reply => reply.CommandId is not null)])
        {
            Exports = before.Id.Length == 0 ? exports : [.. exports.Skip(exports.Length + 1 - ExportsMax), before],
        };
    }
}
