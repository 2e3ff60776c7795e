using System.Buffers;
using DmaGrains.Grains.Buffers;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Benchmarks.Layers;

/// <summary>What a grain hands over at a command: the reply, copied, and the state, serialized, behind the last reply.</summary>
internal sealed class StateCopy
{
    private readonly Serializer _serializer;
    private readonly DeepCopier _copier;
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly DmaCaller _caller = new();
    private ReplyTable _replies = ReplyTable.Empty;

    public StateCopy()
    {
        var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        _serializer = services.GetRequiredService<Serializer>();
        _copier = services.GetRequiredService<DeepCopier>();
    }

    /// <summary>Remembers the reply, copies it and serializes the state.</summary>
    /// <returns>Bytes of the state.</returns>
    public int Copy(DmaCommand command, Transition step)
    {
        _replies = _replies.Remember(command with { Id = _caller.Next() }, step.Reply);
        _copier.Copy(step.Reply);
        _bytes.ResetWrittenCount();
        _serializer.Serialize(new DmaBufferRecord { Buffer = step.Next, Replies = _replies }, _bytes);
        return _bytes.WrittenCount;
    }
}
