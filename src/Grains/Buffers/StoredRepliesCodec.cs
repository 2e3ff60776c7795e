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

    public void WriteField<TBufferWriter>(
        ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, StoredReplies? value)
        where TBufferWriter : IBufferWriter<byte>
    {
        var stored = value ?? StoredReplies.Empty;
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteStartObject(fieldIdDelta, expectedType, typeof(StoredReplies));
        foreach (var (whole, bytes) in stored.Entries())
        {
            if (whole is not null)
            {
                replies.WriteField(ref writer, 0, typeof(RememberedReply), whole);
                continue;
            }

            writer.WriteFieldHeaderExpected(0, WireType.LengthPrefixed);
            writer.WriteVarUInt32((uint)bytes.Length);
            writer.Write(bytes.Span);
        }

        if (!stored.Exports.IsEmpty)
        {
            exports.WriteField(ref writer, Exports, typeof(ImmutableArray<BufferExport>), stored.Exports);
        }

        writer.WriteEndObject();
    }

    public StoredReplies ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        ReferenceCodec.MarkValueField(reader.Session);
        field.EnsureWireTypeTagDelimited();
        var known = ImmutableArray.CreateBuilder<RememberedReply>();
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
                known.Add(next.WireType == WireType.LengthPrefixed
                    ? serializer.Deserialize(reader.ReadBytes(reader.ReadVarUInt32()))!
                    : replies.ReadValue(ref reader, next)!);
            }
        }

        return StoredReplies.Of(new ReplyWindow(known.ToImmutable()).WithExports(earlier), serializer);
    }
}
