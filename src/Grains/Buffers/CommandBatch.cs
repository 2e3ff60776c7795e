using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Grains.Buffers;

/// <summary>A buffer and its replies after some commands, before anything is written.</summary>
/// <param name="Buffer">The buffer after the commands so far.</param>
/// <param name="Replies">The replies after the commands so far.</param>
/// <param name="First">The id of the first command of the request.</param>
/// <param name="ChangesState">Whether anything is to be written.</param>
/// <param name="Unnamed">The number of remembered replies to the commands so far, if they have no ids.</param>
internal readonly record struct CommandBatch(
    DmaBuffer Buffer, ReplyTable Replies, CommandId? First, bool ChangesState = false, int Unnamed = 0)
{
    /// <summary>After one more command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="place">As for <see cref="ReplyTable.Remember(DmaCommand, DmaResult{DmaReply}, int, CommandId?)"/>.</param>
    /// <param name="decided">Its outcome.</param>
    public CommandBatch With(DmaCommand command, int place, in Transition decided) => this with
    {
        Buffer = decided.Next,
        Replies = Replies.Remember(command, decided.Reply, place, First),

        // The reply to a command with an id is always stored: the command is never carried out again, and a repeat gets the same reply.
        ChangesState = ChangesState || decided.ChangesState || command.Id is not null,
        Unnamed = command.Id is null && decided.Reply.IsGranted ? Unnamed + 1 : Unnamed,
    };

    /// <summary>Whether what <see cref="ReplyTable.Answer(DmaCommand)"/> gave is the first reply to a repeat, and not a refusal of the id.</summary>
    public static bool IsRepeat(in DmaResult<DmaReply> answered) => answered.Refusal is not { Field: nameof(DmaCommand.Id) };

    /// <summary>EINVAL or ENOSPC when the commands of a request do not form a valid batch; else null.</summary>
    public static Refusal? Check(ImmutableArray<DmaCommand> commands) =>
        commands.Length > IDmaBufferGrain.BatchMax ? TooLong(commands.Length)
        : commands.IndexOf(null!) is >= 0 and var missing ? CommandIsNull(missing + 1)
        : ReplyTable.Check(commands);

    /// <summary>EINVAL for a command that is null.</summary>
    /// <param name="number">Which of the request, from 1.</param>
    public static Refusal CommandIsNull(int number) =>
        Refusal.Of(Errno.EINVAL, "Command", $"Command {number} is null: expected a command.");

    private static Refusal TooLong(int length) => new(
        Errno.ENOSPC, null, "Commands", (ulong)length, IDmaBufferGrain.BatchMax,
        $"A batch of {length} commands: expected at most {IDmaBufferGrain.BatchMax}.");
}
