using System.Buffers;
using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using Orleans.Serialization;

namespace DmaGrains.Grains.Buffers;

/// <summary>
/// A buffer's last replies as they are stored, each encoded once, one after another: a command reads and writes them all, and as objects
/// they would be spread over the memory. Whole are those that have a mapping, as its list is the buffer's own, too.
/// </summary>
[Immutable]
public sealed class StoredReplies
{
    // An encoded reply is shorter than this, as a rule.
    private const int BytesOfOne = 128;

    private readonly ImmutableArray<Kept> _kept;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly ImmutableArray<RememberedReply> _whole;

    private StoredReplies(
        ImmutableArray<Kept> kept,
        ReadOnlyMemory<byte> bytes,
        ImmutableArray<RememberedReply> whole,
        ImmutableArray<BufferExport> exports) => (_kept, _bytes, _whole, Exports) = (kept, bytes, whole, exports);

    /// <summary>No replies.</summary>
    public static StoredReplies Empty { get; } = new([], default, [], []);

    /// <summary>Earlier exports of the name that had ids, oldest first.</summary>
    public ImmutableArray<BufferExport> Exports { get; }

    /// <summary>The reply that this command got, or null when it is not remembered.</summary>
    /// <param name="command">The command.</param>
    /// <param name="newer">How many replies there are after these: the oldest of these may count as gone.</param>
    /// <param name="serializer">Decodes replies.</param>
    public DmaResult<DmaReply>? Find(DmaCommand command, int newer, Serializer<RememberedReply> serializer)
    {
        var content = RememberedReply.ContentOf(command);
        var (end, whole) = (_bytes.Length, _whole.Length);
        for (var index = _kept.Length - 1; index >= DroppedBy(newer); index--)
        {
            var (hash, length) = _kept[index];
            end -= length;
            whole -= length == 0 ? 1 : 0;
            if (hash == content)
            {
                var reply = length == 0 ? _whole[whole] : serializer.Deserialize(_bytes.Slice(end, length));
                if (reply!.IsOf(command))
                {
                    return reply.Reply;
                }
            }
        }

        return null;
    }

    /// <summary>Whether this was an earlier export of the name.</summary>
    public bool HasExported(BufferExport export) => Exports.Contains(export);

    /// <summary>With newer replies; the oldest go when there are too many.</summary>
    /// <param name="newer">Oldest first; no more than a window has.</param>
    /// <param name="serializer">Encodes replies.</param>
    public StoredReplies Then(ImmutableArray<RememberedReply> newer, Serializer<RememberedReply> serializer)
    {
        if (newer.IsEmpty)
        {
            return this;
        }

        var dropped = DroppedBy(newer.Length);
        var (droppedBytes, droppedWhole) = (0, 0);
        foreach (var (_, length) in _kept.AsSpan(0, dropped))
        {
            droppedBytes += length;
            droppedWhole += length == 0 ? 1 : 0;
        }

        var kept = ImmutableArray.CreateBuilder<Kept>(_kept.Length - dropped + newer.Length);
        kept.AddRange(_kept.AsSpan(dropped, _kept.Length - dropped));
        var bytes = new ArrayBufferWriter<byte>(_bytes.Length - droppedBytes + (BytesOfOne * newer.Length));
        bytes.Write(_bytes.Span[droppedBytes..]);
        foreach (var reply in newer)
        {
            var before = bytes.WrittenCount;
            if (reply.Mapping is null)
            {
                serializer.Serialize(reply, bytes);
            }

            kept.Add(new(reply.Content, bytes.WrittenCount - before));
        }

        var whole = _whole.RemoveRange(0, droppedWhole).AddRange(newer.Where(static reply => reply.Mapping is not null));
        return new(kept.MoveToImmutable(), bytes.WrittenMemory, whole, Exports);
    }

    /// <summary>What is still remembered when the name is exported anew; see <see cref="ReplyWindow.ExportedAnew"/>.</summary>
    /// <param name="before">The export before.</param>
    /// <param name="serializer">Encodes and decodes replies.</param>
    public StoredReplies ExportedAnew(BufferExport before, Serializer<RememberedReply> serializer) =>
        Of(ToWindow(serializer).ExportedAnew(before), serializer);

    /// <summary>Replies as they are stored.</summary>
    /// <param name="window">The replies.</param>
    /// <param name="serializer">Encodes them.</param>
    public static StoredReplies Of(ReplyWindow window, Serializer<RememberedReply> serializer) =>
        new StoredReplies([], default, [], window.Exports).Then(window.Replies, serializer);

    /// <summary>The replies themselves.</summary>
    /// <param name="serializer">Decodes them.</param>
    public ReplyWindow ToWindow(Serializer<RememberedReply> serializer)
    {
        var replies = Entries().Select(entry => entry.Whole ?? serializer.Deserialize(entry.Bytes)!);
        return new ReplyWindow([.. replies]).WithExports(Exports);
    }

    /// <summary>The replies as they are stored, oldest first: whole or encoded.</summary>
    internal IEnumerable<(RememberedReply? Whole, ReadOnlyMemory<byte> Bytes)> Entries()
    {
        var (end, whole) = (0, 0);
        foreach (var (_, length) in _kept)
        {
            yield return length == 0 ? (_whole[whole++], default) : (null, _bytes.Slice(end, length));
            end += length;
        }
    }

    private int DroppedBy(int newer) => Math.Max(0, _kept.Length + newer - ReplyWindow.Capacity);

    /// <summary>What is known of a reply without decoding it.</summary>
    /// <param name="Content">Its <see cref="RememberedReply.Content"/>.</param>
    /// <param name="Length">Its length in bytes; 0 when it is kept whole.</param>
    private readonly record struct Kept(int Content, int Length);
}
