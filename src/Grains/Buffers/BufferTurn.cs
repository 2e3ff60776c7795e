using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Buffers;

/// <summary>A buffer and its replies during one turn, before anything is written.</summary>
/// <param name="buffer">The buffer before it.</param>
/// <param name="replies">The replies before it.</param>
internal sealed class BufferTurn(DmaBuffer buffer, ReplyTable replies)
{
    /// <summary>The buffer after the commands so far.</summary>
    public DmaBuffer Buffer { get; private set; } = buffer;

    /// <summary>The replies after the commands so far.</summary>
    public ReplyTable Replies { get; private set; } = replies;

    /// <summary>Whether anything is to be written.</summary>
    public bool ChangesState { get; private set; }

    /// <summary>Carries out a command that is not a repeat.</summary>
    /// <param name="command">The command.</param>
    /// <param name="place">As for <see cref="ReplyTable.Remember(DmaCommand, DmaResult{DmaReply}, int, CommandId?)"/>.</param>
    /// <param name="first">As for <see cref="ReplyTable.Remember(DmaCommand, DmaResult{DmaReply}, int, CommandId?)"/>.</param>
    /// <param name="device">As for <see cref="DmaBuffer.Apply"/>.</param>
    /// <param name="allocation">As for <see cref="DmaBuffer.Apply"/>.</param>
    /// <param name="mapped">As for <see cref="DmaBuffer.Apply"/>.</param>
    /// <param name="devices">As for <see cref="DmaBuffer.Apply"/>.</param>
    public DmaResult<DmaReply> Apply(
        DmaCommand command,
        int place,
        CommandId? first,
        Device? device,
        DmaResult<BackingStorage>? allocation,
        DmaResult<DmaMapped>? mapped,
        IReadOnlyDictionary<string, Device>? devices)
    {
        var step = Buffer.Apply(command, device, allocation, mapped, devices);
        Buffer = step.Next;
        Replies = Replies.Remember(command, step.Reply, place, first);

        // What has an id is durable whatever it did: it is never carried out again, and whoever heard a reply hears it again.
        ChangesState |= step.ChangesState || command.Id is not null;
        return step.Reply;
    }
}
