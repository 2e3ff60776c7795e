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
/// bits, the lowest first; texts are UTF-8 after their length in bytes. An event is: one byte, the kind and which of the rest there is; by
/// how many rows it is after the event before it, 0 for the same row; by how many milliseconds since 1970 its time differs from that of
/// the event before it in the part, or from 0, the sign in the lowest bit; its name; its other name; its caller, if that differs from the
/// event's before it in the part, or from none; its errno, importer and field.
/// </remarks>
internal sealed class BufferHistory
{
    /// <summary>The number of events in a part.</summary>
    public const int PartMax = 32;

    /// <summary>The bits of an event's first byte that tell its kind.</summary>
    public const int KindBits = 0x1f;

    /// <summary>The bit of an event with another name.</summary>
    public const int HasOther = 0x20;

    /// <summary>The bit of an event that tells its caller.</summary>
    public const int HasCaller = 0x40;

    /// <summary>The bit of an event that was refused.</summary>
    public const int IsRefused = 0x80;

    /// <summary>Enough for the event of an export, after which many buffers rest.</summary>
    private const int LeastRoom = 18;

    // Enough for a short life of a buffer, and for a part with usual names: a buffer that is busy makes room twice.
    private const int SomeRoom = 4 * LeastRoom;
    private const int UsualRoom = 8 * SomeRoom;

    private byte[] _recent;
    private byte[] _earlier = [];
    private int _recentLength;
    private int _earlierLength;
    private int _recentCount;

    // The last event of the part that grows.
    private BufferEventId _last;
    private long _time;
    private string? _caller;

    /// <summary>No events.</summary>
    /// <param name="forgotten">What came before is not known: the last id that an event of that time can have.</param>
    public BufferHistory(BufferEventId forgotten = default)
    {
        _recent = new byte[LeastRoom];
        _last = forgotten;
        Begin();
    }

    /// <summary>What a snapshot keeps.</summary>
    public BufferHistory(in BufferHistoryRecord stored)
    {
        (_recentLength, _earlierLength) = (stored.Recent.Length, stored.Earlier.Length);
        _recent = new byte[_recentLength + LeastRoom];
        stored.Recent.CopyTo(_recent);
        _earlier = stored.Earlier.ToArray();
        var reader = new EventReader(stored.Recent.Span);
        while (reader.Read())
        {
            _recentCount++;
        }

        (_last, _time, _caller) = (reader.Id, reader.Time, reader.Caller);
    }

    /// <summary>For a snapshot. The bytes are those of the history itself, until the next event.</summary>
    public BufferHistoryRecord Stored => new()
    {
        Earlier = _earlier.AsMemory(0, _earlierLength),
        Recent = _recent.AsMemory(0, _recentLength),
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
        var recent = _recent.AsSpan(0, _recentLength);
        var forgotten = Read(_earlierLength == 0 ? recent : _earlier.AsSpan(0, _earlierLength), events);
        if (_earlierLength != 0)
        {
            Read(recent, events);
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
        if (_recentCount > 0 && _recent.Length - _recentLength < 2 * LeastRoom)
        {
            var room = _recent.Length;
            Grow(room < SomeRoom ? SomeRoom : room < UsualRoom ? UsualRoom : 2 * room);
        }

        var tellsCaller = caller != _caller;
        Write((byte)((int)kind
            | (other.Length == 0 ? 0 : HasOther)
            | (tellsCaller ? HasCaller : 0)
            | (refusal is null ? 0 : IsRefused)));
        Write((ulong)(sequence - _last.Sequence));
        var change = time - _time;
        Write((ulong)((change << 1) ^ (change >> 63)));
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

        (_time, _caller) = (time, caller);
        _last = new(sequence, _last.Sequence == sequence ? _last.Place + 1 : 0);
        if (++_recentCount >= PartMax)
        {
            // The room of what is forgotten is used again.
            (_earlier, _earlierLength, _recent) = (_recent, _recentLength, _earlierLength == 0 ? new byte[_recent.Length] : _earlier);
            _recentLength = 0;
            Begin();
        }
    }

    /// <summary>Begins the part that grows.</summary>
    private void Begin()
    {
        (_recentCount, _time, _caller) = (0, 0, null);
        Write((ulong)_last.Sequence);
        Write((ulong)_last.Place);
    }

    private void Write(byte value) => Room(1)[0] = value;

    private void Write(ulong number)
    {
        while (number >= 0x80)
        {
            Write((byte)(number | 0x80));
            number >>= 7;
        }

        Write((byte)number);
    }

    private void Write(string? text)
    {
        text ??= string.Empty;
        var length = Encoding.UTF8.GetByteCount(text);
        Write((ulong)length);
        Encoding.UTF8.GetBytes(text, Room(length));
    }

    /// <summary>The place of the next bytes.</summary>
    private Span<byte> Room(int length)
    {
        if (_recent.Length - _recentLength < length)
        {
            Grow(Math.Max(2 * _recent.Length, _recentLength + length));
        }

        _recentLength += length;
        return _recent.AsSpan(_recentLength - length, length);
    }

    private void Grow(int length) => Array.Resize(ref _recent, length);

    /// <summary>Reads a part, and gives the id of the last event before it.</summary>
    private static BufferEventId Read(ReadOnlySpan<byte> part, ImmutableArray<BufferEvent>.Builder events)
    {
        var reader = new EventReader(part);
        while (reader.Read())
        {
            events.Add(reader.Event);
        }

        return reader.Before;
    }
}
