using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using DmaGrains.Model.Buffers;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace DmaGrains.Grains.Buffers;

/// <summary>Writes replies as their bytes, each after its length, and the earlier exports behind them in the same way.</summary>
[RegisterSerializer]
internal sealed class StoredRepliesCodec(
    Serializer<RememberedReply> replies, Serializer<ImmutableArray<BufferExport>> exports) : IFieldCodec<StoredReplies>
{
    private static readonly byte[] _noExports = [];

    private readonly Func<RememberedReply, byte[]> _encode = reply => replies.SerializeToArray(reply);

    public void WriteField<TBufferWriter>(
        ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, StoredReplies? value)
        where TBufferWriter : IBufferWriter<byte>
    {
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(StoredReplies), WireType.LengthPrefixed);
        var stored = value ?? StoredReplies.Empty;
        var window = stored.Window;
        var last = window.Exports.IsDefaultOrEmpty ? _noExports : exports.SerializeToArray(window.Exports);
        var length = LengthOf(last);
        for (var index = 0; index < window.Replies.Length; index++)
        {
            length += LengthOf(stored.BytesOf(index, _encode));
        }

        writer.WriteVarUInt32((uint)length);
        for (var index = 0; index < window.Replies.Length; index++)
        {
            Write(ref writer, stored.BytesOf(index, _encode));
        }

        Write(ref writer, last);
    }

    public StoredReplies ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        ReferenceCodec.MarkValueField(reader.Session);
        field.EnsureWireType(WireType.LengthPrefixed);
        var end = reader.ReadVarUInt32() + reader.Position;
        var all = new List<byte[]>();
        while (reader.Position < end)
        {
            all.Add(reader.ReadBytes(reader.ReadVarUInt32()));
        }

        byte[][] bytes = [.. all.Take(all.Count - 1)];
        var window = new ReplyWindow([.. bytes.Select(encoded => replies.Deserialize(encoded)!)]);
        return new(all[^1].Length == 0 ? window : window.WithExports(exports.Deserialize(all[^1])), bytes);
    }

    private static void Write<TBufferWriter>(ref Writer<TBufferWriter> writer, byte[] bytes)
        where TBufferWriter : IBufferWriter<byte>
    {
        writer.WriteVarUInt32((uint)bytes.Length);
        writer.Write(bytes);
    }

    // A length takes a byte for each seven of its bits.
    private static int LengthOf(byte[] bytes) => 1 + (BitOperations.Log2((uint)bytes.Length | 1) / 7) + bytes.Length;
}
