using System.Buffers;
using DmaGrains.Grains.Buffers;
using DmaGrains.Model.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Benchmarks.Layers;

/// <summary>What a grain hands over at a command: the reply, copied, and the state, serialized, behind a full window of replies.</summary>
internal sealed class StateCopy
{
    private readonly Serializer _serializer;
    private readonly Serializer<RememberedReply> _rememberedReplies;
    private readonly DeepCopier _copier;
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private StoredReplies _replies = StoredReplies.Empty;

    public StateCopy(DmaBuffer buffer)
    {
        var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        _serializer = services.GetRequiredService<Serializer>();
        _rememberedReplies = services.GetRequiredService<Serializer<RememberedReply>>();
        _copier = services.GetRequiredService<DeepCopier>();
        for (var index = 0; index < ReplyWindow.Capacity; index++)
        {
            Copy(new DmaCommand.Release(), buffer.Apply(new DmaCommand.Release(), null, null));
        }
    }

    /// <summary>Remembers the reply, copies it and serializes the state.</summary>
    /// <returns>Bytes of the state.</returns>
    public int Copy(DmaCommand command, Transition step)
    {
        _replies = _replies.Then([RememberedReply.Of(command, step.Reply)], _rememberedReplies);
        _copier.Copy(step.Reply);
        _bytes.ResetWrittenCount();
        _serializer.Serialize(new DmaBufferRecord { Buffer = step.Next, Replies = _replies }, _bytes);
        return _bytes.WrittenCount;
    }
}
