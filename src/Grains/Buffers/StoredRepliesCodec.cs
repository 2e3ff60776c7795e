using System.Buffers;
using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace DmaGrains.Grains.Buffers;

/// <summary>
/// Writes replies as their bytes, in one field, but for those that have a mapping: its list is the buffer's own and that of other
/// mappings, too, and is written once for all of them. Earlier exports are a second field.
/// </summary>
[RegisterSerializer]
internal sealed class StoredRepliesCodec(
    Serializer<RememberedReply> serializer, IFieldCodec<RememberedReply> replies, IFieldCodec<ImmutableArray<BufferExport>> exports)
    : IFieldCodec<StoredReplies>
{
    private const uint Exports = 1;

    private readonly Func<RememberedReply, byte[]> _encode = reply => serializer.SerializeToArray(reply);

    public void WriteField<TBufferWriter>(
        ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, StoredReplies? value)
        where TBufferWriter : IBufferWriter<byte>
    {
        var stored = value ?? StoredReplies.Empty;
        var window = stored.Window;
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteStartObject(fieldIdDelta, expectedType, typeof(StoredReplies));
        for (var index = 0; index < window.Replies.Length; index++)
        {
            if (window.Replies[index].Mapping is not null)
            {
                replies.WriteField(ref writer, 0, typeof(RememberedReply), window.Replies[index]);
                continue;
            }

            var bytes = stored.BytesOf(index, _encode);
            writer.WriteFieldHeaderExpected(0, WireType.LengthPrefixed);
            writer.WriteVarUInt32((uint)bytes.Length);
            writer.Write(bytes);
        }

        if (!window.Exports.IsDefaultOrEmpty)
        {
            exports.WriteField(ref writer, Exports, typeof(ImmutableArray<BufferExport>), window.Exports);
        }

        writer.WriteEndObject();
    }

    public StoredReplies ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        ReferenceCodec.MarkValueField(reader.Session);
        field.EnsureWireTypeTagDelimited();
        var known = ImmutableArray.CreateBuilder<RememberedReply>();
        var bytes = new List<byte[]?>();
        ImmutableArray<BufferExport> earlier = [];
        for (var (id, next) = (0U, reader.ReadFieldHeader()); !next.IsEndBaseOrEndObject; next = reader.ReadFieldHeader())
        {
            id += next.FieldIdDelta;
            if (id == Exports)
            {
                earlier = exports.ReadValue(ref reader, next);
            }
            else if (id > Exports)
            {
                reader.ConsumeUnknownField(next);
            }
            else
            {
                bytes.Add(next.WireType == WireType.LengthPrefixed ? reader.ReadBytes(reader.ReadVarUInt32()) : null);
                known.Add(bytes[^1] is { } encoded ? serializer.Deserialize(encoded)! : replies.ReadValue(ref reader, next)!);
            }
        }

        return new(new ReplyWindow(known.ToImmutable()).WithExports(earlier), [.. bytes]);
    }
}
