using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Buffers;

/// <summary>A buffer and its replies during one turn, before anything is written.</summary>
internal sealed class BufferTurn(DmaBuffer buffer, ReplyWindow replies)
{
    /// <summary>The buffer after the commands so far.</summary>
    public DmaBuffer Buffer { get; private set; } = buffer;

    /// <summary>The replies after the commands so far.</summary>
    public ReplyWindow Replies { get; private set; } = replies;

    /// <summary>Whether any command changed the buffer.</summary>
    public bool ChangesState { get; private set; }

    /// <summary>Carries out a command that is not a repeat.</summary>
    public DmaResult<DmaReply> Apply(
        DmaCommand command,
        Device? device,
        DmaResult<BackingStorage>? allocation,
        DmaResult<DmaMapped>? mapped,
        IReadOnlyDictionary<string, Device>? devices)
    {
        var step = Buffer.Apply(command, device, allocation, mapped, devices);
        Buffer = step.Next;
        Replies = Replies.Remember(command, step.Reply);

        // A refusal that is remembered is to be durable too: whoever heard it hears it again.
        ChangesState |= step.ChangesState || (!step.Reply.IsGranted && command.Id is not null);
        return step.Reply;
    }
}
