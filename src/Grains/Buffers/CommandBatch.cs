using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Grains.Buffers;

/// <summary>A buffer and its replies after some commands, before anything is written.</summary>
/// <param name="buffer">The buffer before them.</param>
/// <param name="replies">The replies before them.</param>
/// <param name="first">The id of the first command of the request.</param>
internal sealed class CommandBatch(DmaBuffer buffer, ReplyTable replies, CommandId? first)
{
    /// <summary>The buffer after the commands so far.</summary>
    public DmaBuffer Buffer { get; private set; } = buffer;

    /// <summary>The replies after the commands so far.</summary>
    public ReplyTable Replies { get; private set; } = replies;

    /// <summary>Whether anything is to be written.</summary>
    public bool ChangesState { get; private set; }

    /// <summary>Adds a decided command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="place">As for <see cref="ReplyTable.Remember(DmaCommand, DmaResult{DmaReply}, int, CommandId?)"/>.</param>
    /// <param name="decided">Its outcome.</param>
    public DmaResult<DmaReply> Add(DmaCommand command, int place, Transition decided)
    {
        Buffer = decided.Next;
        Replies = Replies.Remember(command, decided.Reply, place, first);

        // The reply to a command with an id is always stored: the command is never carried out again, and a repeat gets the same reply.
        ChangesState |= decided.ChangesState || command.Id is not null;
        return decided.Reply;
    }
}
