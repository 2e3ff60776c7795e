using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using Orleans.Serialization;

namespace DmaGrains.Grains.Buffers;

/// <summary>A buffer and its replies during one turn, before anything is written.</summary>
/// <param name="buffer">The buffer before it.</param>
/// <param name="earlier">The replies before it.</param>
/// <param name="serializer">Encodes and decodes replies.</param>
internal sealed class BufferTurn(DmaBuffer buffer, StoredReplies earlier, Serializer<RememberedReply> serializer)
{
    private ReplyWindow _replies = ReplyWindow.Empty;

    /// <summary>The buffer after the commands so far.</summary>
    public DmaBuffer Buffer { get; private set; } = buffer;

    /// <summary>The replies after the commands so far.</summary>
    public StoredReplies Replies => earlier.Then(_replies.Replies, serializer);

    /// <summary>Whether any command changed the buffer.</summary>
    public bool ChangesState { get; private set; }

    /// <summary>The reply that this command got before, in this turn or an earlier one; null when it is not remembered.</summary>
    public DmaResult<DmaReply>? Find(DmaCommand command) =>
        _replies.Find(command) ?? earlier.Find(command, _replies.Replies.Length, serializer);

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
        _replies = _replies.Remember(command, step.Reply);

        // A refusal that is remembered is to be durable too: whoever heard it hears it again.
        ChangesState |= step.ChangesState || (!step.Reply.IsGranted && command.Id is not null);
        return step.Reply;
    }
}
