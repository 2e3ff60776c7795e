using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.Changes;
using DmaGrains.Model.Buffers.History;

namespace DmaGrains.Grains.Buffers;

/// <summary>
/// A buffer's last events: at least the last <see cref="PartMax"/>, at most twice as many. They are kept as the bytes that a snapshot
/// stores, so that a command costs them a few bytes and no objects.
/// </summary>
/// <remarks>
/// Stored, so it never changes. A part begins with the id of the last event before it; its events follow. Numbers are in groups of seven
/// bits, the lowest first; texts are UTF-8 after their length in bytes. An event is: one byte, the kind and which of the texts follow; its
/// row; its time in milliseconds since 1970, or 0; its name; its other name, caller, and refusal where the first byte says so. Its
/// place is one more than that of the event before it in the same row.
/// </remarks>
internal sealed class BufferHistory
{
    /// <summary>The number of events in a part.</summary>
    public const int PartMax = 50;

    private const int KindBits = 0x1f;
    private const int HasOther = 0x20;
    private const int HasCaller = 0x40;
    private const int IsRefused = 0x80;

    private ArrayBufferWriter<byte> _recent;
    private ArrayBufferWriter<byte>? _earlier;
    private int _recentCount;
    private BufferEventId _last;

    // The caller of the last event; unknown after a read.
    private string? _caller;
    private bool _callerIsKnown = true;

    /// <summary>No events.</summary>
    /// <param name="forgotten">What came before is not known: the last id that an event of that time can have.</param>
    public BufferHistory(BufferEventId forgotten = default)
    {
        _recent = new(32);
        _last = forgotten;
        Begin();
    }

    /// <summary>What a snapshot keeps.</summary>
    public BufferHistory(in BufferHistoryRecord stored)
    {
        _recent = CopyOf(stored.Recent);
        _earlier = stored.Earlier.IsEmpty ? null : CopyOf(stored.Earlier);
        (_recentCount, _callerIsKnown) = (stored.RecentCount, false);
    }

    /// <summary>For a snapshot. The bytes are those of the history itself, until the next event.</summary>
    public BufferHistoryRecord Stored => new()
    {
        Earlier = _earlier?.WrittenMemory ?? default,
        Recent = _recent.WrittenMemory,
        RecentCount = _recentCount,
    };

    /// <summary>Adds what an entry tells.</summary>
    /// <param name="sequence">The entry's row.</param>
    /// <param name="entry">The entry, or of a snapshot what the entry in its place would tell.</param>
    public void Add(long sequence, in DmaBufferEntry entry)
    {
        if (entry.IsExport)
        {
            Add(sequence, entry.Time, null, RememberedKind.Export, string.Empty, string.Empty, null);
        }

        var replies = entry.Replies;
        for (var index = entry.EarlierReplies; index < (replies.Unnamed.IsDefault ? 0 : replies.Unnamed.Length); index++)
        {
            Add(sequence, entry.Time, null, replies.Unnamed[index]);
        }

        foreach (var caller in replies.Callers.IsDefault ? [] : replies.Callers)
        {
            foreach (var reply in caller.Added.IsDefault ? [] : caller.Added)
            {
                Add(sequence, entry.Time, caller.Caller, reply);
            }
        }
    }

    /// <summary>The events after one of them.</summary>
    /// <param name="after">Its id; the default for all.</param>
    /// <param name="last">The last row of the journal that is durable.</param>
    public HistoryPage After(BufferEventId after, long last)
    {
        var events = ImmutableArray.CreateBuilder<BufferEvent>();
        var forgotten = Read(_earlier ?? _recent, events);
        if (_earlier is not null)
        {
            Read(_recent, events);
        }

        var isNews = events.Where(told => told.Id.IsAfter(after) && told.Id.Sequence <= last).ToImmutableArray();
        var hasGap = forgotten.IsAfter(after);
        return new(isNews, hasGap, isNews.IsEmpty ? hasGap ? forgotten : after : isNews[^1].Id);
    }

    private void Add(long sequence, long time, string? caller, AddedReply reply) => Add(
        sequence, time, caller, reply.Kind, reply.Kind == RememberedKind.Export ? string.Empty : reply.Name, reply.Other, reply.Refusal);

    private void Add(long sequence, long time, string? caller, RememberedKind kind, string name, string other, Refusal? refusal)
    {
        Invariant.Holds((int)kind <= KindBits);
        var tellsCaller = !_callerIsKnown || caller != _caller;
        _recent.GetSpan(1)[0] = (byte)((int)kind
            | (other.Length == 0 ? 0 : HasOther)
            | (tellsCaller ? HasCaller : 0)
            | (refusal is null ? 0 : IsRefused));
        _recent.Advance(1);
        Write((ulong)sequence);
        Write((ulong)time);
        Write(name);
        if (other.Length != 0)
        {
            Write(other);
        }

        if (tellsCaller)
        {
            Write(caller);
        }

        if (refusal is not null)
        {
            Write((ulong)refusal.Errno);
            Write(refusal.Importer);
            Write(refusal.Field);
        }

        (_caller, _callerIsKnown) = (caller, true);
        _last = new(sequence, _last.Sequence == sequence ? _last.Place + 1 : 0);
        if (++_recentCount == PartMax)
        {
            // The room of what is forgotten is used again.
            (_earlier, _recent) = (_recent, _earlier ?? new(32));
            _recent.ResetWrittenCount();
            Begin();
        }
    }

    /// <summary>Begins the part that grows.</summary>
    private void Begin()
    {
        (_recentCount, _caller, _callerIsKnown) = (0, null, true);
        Write((ulong)_last.Sequence);
        Write((ulong)_last.Place);
    }

    private void Write(ulong number)
    {
        var room = _recent.GetSpan(10);
        var length = 0;
        for (; number >= 0x80; number >>= 7)
        {
            room[length++] = (byte)(number | 0x80);
        }

        room[length] = (byte)number;
        _recent.Advance(length + 1);
    }

    private void Write(string? text)
    {
        text ??= string.Empty;
        var length = Encoding.UTF8.GetByteCount(text);
        Write((ulong)length);
        _recent.Advance(Encoding.UTF8.GetBytes(text, _recent.GetSpan(length)));
    }

    /// <summary>Reads a part, and gives the id of the last event before it.</summary>
    private static BufferEventId Read(ArrayBufferWriter<byte> part, ImmutableArray<BufferEvent>.Builder events)
    {
        using var reader = new BinaryReader(new MemoryStream(part.WrittenSpan.ToArray()), Encoding.UTF8);
        var before = new BufferEventId(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt());
        var (last, caller) = (before, default(string));
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            var head = reader.ReadByte();
            var sequence = reader.Read7BitEncodedInt64();
            var time = reader.Read7BitEncodedInt64();
            var name = reader.ReadString();
            var other = (head & HasOther) == 0 ? string.Empty : reader.ReadString();
            caller = (head & HasCaller) == 0 ? caller : ReadOrNull();
            var refusal = (head & IsRefused) == 0 ? null : new EventRefusal((Errno)reader.Read7BitEncodedInt(), ReadOrNull(), ReadOrNull());
            last = new(sequence, last.Sequence == sequence ? last.Place + 1 : 0);
            events.Add(new(last, time == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(time), caller, (RememberedKind)(head & KindBits), name, other, refusal));
        }

        return before;

        string? ReadOrNull() => reader.ReadString() is { Length: > 0 } text ? text : null;
    }

    private static ArrayBufferWriter<byte> CopyOf(ReadOnlyMemory<byte> bytes)
    {
        var copy = new ArrayBufferWriter<byte>(bytes.Length + 32);
        copy.Write(bytes.Span);
        return copy;
    }
}
