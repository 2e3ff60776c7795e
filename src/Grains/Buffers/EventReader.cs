using System.Text;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.History;

namespace DmaGrains.Grains.Buffers;

/// <summary>Reads the events of a part of a <see cref="BufferHistory"/>, which says what is in it.</summary>
internal ref struct EventReader
{
    private ReadOnlySpan<byte> _rest;
    private int _head;
    private ReadOnlySpan<byte> _name;
    private ReadOnlySpan<byte> _other;
    private ReadOnlySpan<byte> _caller;
    private ulong _errno;
    private ReadOnlySpan<byte> _importer;
    private ReadOnlySpan<byte> _field;

    /// <summary>Begins before the first event of a part.</summary>
    public EventReader(ReadOnlySpan<byte> part)
    {
        _rest = part;
        Id = Before = new((long)Number(), (int)Number());
    }

    /// <summary>The id of the last event before the part.</summary>
    public BufferEventId Before { get; }

    /// <summary>The id of the event that was read; at first <see cref="Before"/>.</summary>
    public BufferEventId Id { get; private set; }

    /// <summary>Its time in milliseconds since 1970; 0 if it is not known, and at first.</summary>
    public long Time { get; private set; }

    /// <summary>Its caller; null for none, and at first.</summary>
    public readonly string? Caller => TextOf(_caller);

    /// <summary>The event that was read.</summary>
    public readonly BufferEvent Event => new(
        Id,
        Time == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(Time),
        Caller,
        (RememberedKind)(_head & BufferHistory.KindBits),
        Encoding.UTF8.GetString(_name),
        Encoding.UTF8.GetString(_other),
        (_head & BufferHistory.IsRefused) == 0 ? null : new((Errno)_errno, TextOf(_importer), TextOf(_field)));

    /// <summary>Reads the next event; false when there is none.</summary>
    public bool Read()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        _head = _rest[0];
        _rest = _rest[1..];
        var rows = (long)Number();
        Id = rows == 0 ? Id with { Place = Id.Place + 1 } : new(Id.Sequence + rows, 0);
        var change = Number();
        Time += (long)(change >> 1) ^ -(long)(change & 1);
        _name = Text();
        _other = (_head & BufferHistory.HasOther) == 0 ? default : Text();
        _caller = (_head & BufferHistory.HasCaller) == 0 ? _caller : Text();
        if ((_head & BufferHistory.IsRefused) != 0)
        {
            _errno = Number();
            _importer = Text();
            _field = Text();
        }

        return true;
    }

    private ulong Number()
    {
        var (number, shift, index) = (0UL, 0, 0);
        while (true)
        {
            var bits = _rest[index++];
            number |= (bits & 0x7fUL) << shift;
            shift += 7;
            if (bits < 0x80)
            {
                _rest = _rest[index..];
                return number;
            }
        }
    }

    private ReadOnlySpan<byte> Text()
    {
        var length = (int)Number();
        var text = _rest[..length];
        _rest = _rest[length..];
        return text;
    }

    private static string? TextOf(ReadOnlySpan<byte> text) => text.IsEmpty ? null : Encoding.UTF8.GetString(text);
}
