using System.Globalization;

namespace DmaGrains.Kernel.Tracing;

/// <summary>How the value of a field is written.</summary>
internal enum FieldKind
{
    /// <summary>A decimal or, with 0x, a hexadecimal number; minus signs are allowed.</summary>
    Number,

    /// <summary>A hexadecimal number with or without 0x.</summary>
    Hex,

    /// <summary>A text: in quotation marks, or up to the next field.</summary>
    Text,

    /// <summary>Numbers in braces, or bytes as ARRAY[...], eight to a number.</summary>
    Addresses,

    /// <summary>The same with four bytes to a number.</summary>
    Lengths,

    /// <summary>Whatever follows up to the next field or the end.</summary>
    Rest,
}

/// <summary>A field of an event.</summary>
/// <param name="Name">Its name with what stands before and after it, such as <c> size=</c>.</param>
/// <param name="Kind">How its value is written.</param>
/// <param name="IsOptional">Whether some kernels or recorders leave it out.</param>
internal readonly record struct FieldSpec(string Name, FieldKind Kind, bool IsOptional = false);

/// <summary>
/// Reads the text of an event whose fields come in a known order. Texts may hold anything, so a text ends only where all fields behind it can be
/// read as well: a device that is called <c>x" size=1</c> forges nothing.
/// </summary>
internal sealed class EventText
{
    private const int FieldsMax = 12;

    /// <summary>The longest text of a field, in characters.</summary>
    private const int TextMax = 256;

    /// <summary>The most numbers of a list: the kernel shows 128 of a mapping, and of an unmapping what a page holds.</summary>
    private const int ListMax = 1024;

    private readonly NameTable _names;
    private readonly ulong?[] _numbers = new ulong?[FieldsMax];
    private readonly string?[] _texts = new string?[FieldsMax];
    private readonly ulong[]?[] _lists = new ulong[]?[FieldsMax];
    private readonly int[] _listLengths = new int[FieldsMax];
    private readonly bool[] _given = new bool[FieldsMax];

    public EventText(NameTable names) => _names = names;

    /// <summary>Reads all of a text.</summary>
    /// <returns>False when a field is missing, out of order, twice there or no such value, or when more follows.</returns>
    public bool TryRead(ReadOnlySpan<char> text, ReadOnlySpan<FieldSpec> fields)
    {
        Array.Clear(_given);
        return TryRead(text.TrimEnd(' '), fields, 0);
    }

    /// <summary>Whether the field was there.</summary>
    public bool Has(int field) => _given[field];

    /// <summary>A number; null when the field is left out, or the probe could not read it.</summary>
    public ulong? Number(int field) => _given[field] ? _numbers[field] : null;

    /// <summary>A text; null when the field is left out, or the probe could not read it.</summary>
    public string? Text(int field) => _given[field] ? _texts[field] : null;

    /// <summary>A list, which is there until the next text is read; empty when the field is left out.</summary>
    public ReadOnlySpan<ulong> List(int field) => _given[field] ? _lists[field].AsSpan(0, _listLengths[field]) : [];

    private bool TryRead(ReadOnlySpan<char> text, ReadOnlySpan<FieldSpec> fields, int field)
    {
        if (field == fields.Length)
        {
            return text.IsEmpty;
        }

        var spec = fields[field];
        var name = field == 0 ? spec.Name.AsSpan().TrimStart(' ') : spec.Name;
        if (!text.StartsWith(name, StringComparison.Ordinal))
        {
            _given[field] = false;
            return spec.IsOptional && TryRead(text, fields, field + 1);
        }

        _given[field] = true;
        var value = text[name.Length..];
        return spec.Kind switch
        {
            FieldKind.Text => TryReadText(value, fields, field),
            FieldKind.Rest => TryReadRest(value, fields, field),
            FieldKind.Addresses or FieldKind.Lengths => TryReadList(value, fields, field),
            _ => TryReadNumber(value, fields, field),
        };
    }

    private bool TryReadNumber(ReadOnlySpan<char> value, ReadOnlySpan<FieldSpec> fields, int field)
    {
        var length = value.IndexOf(' ') is >= 0 and var space ? space : value.Length;
        var word = value[..length];
        if (!TryReadNumber(word, fields[field].Kind == FieldKind.Hex, out _numbers[field]))
        {
            return false;
        }

        return TryRead(value[length..], fields, field + 1);
    }

    private static bool TryReadNumber(ReadOnlySpan<char> word, bool isHex, out ulong? number)
    {
        number = null;
        if (word is "(fault)")
        {
            return true;
        }

        if (word.StartsWith("-") && long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var negative))
        {
            number = unchecked((ulong)negative);
            return true;
        }

        var hasMark = word.StartsWith("0x");
        if (!ulong.TryParse(
            hasMark ? word[2..] : word,
            hasMark || isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var value))
        {
            return false;
        }

        number = value;
        return true;
    }

    private bool TryReadText(ReadOnlySpan<char> value, ReadOnlySpan<FieldSpec> fields, int field)
    {
        var isQuoted = value.StartsWith("\"");
        var from = isQuoted ? 1 : 0;
        var last = Math.Min(value.Length, from + TextMax);
        for (var end = from; end <= last; end++)
        {
            var mark = isQuoted ? '"' : ' ';
            var next = end < value.Length ? value[end..last].IndexOf(mark) : -1;
            if (next < 0 && isQuoted)
            {
                return false;
            }

            end = next < 0 ? value.Length : end + next;
            if (end - from <= TextMax && TryRead(value[Math.Min(value.Length, end + from)..], fields, field + 1))
            {
                var text = value[from..end];
                _given[field] = true;
                _texts[field] = text is "(fault)" ? null : _names.Of(text);
                return true;
            }
        }

        return false;
    }

    private bool TryReadRest(ReadOnlySpan<char> value, ReadOnlySpan<FieldSpec> fields, int field)
    {
        if (field + 1 == fields.Length)
        {
            _texts[field] = value is "" ? string.Empty : _names.Of(value);
            return true;
        }

        var next = value.IndexOf(fields[field + 1].Name, StringComparison.Ordinal);
        _texts[field] = next < 0 ? null : _names.Of(value[..next]);
        return next >= 0 && TryRead(value[next..], fields, field + 1);
    }

    private bool TryReadList(ReadOnlySpan<char> value, ReadOnlySpan<FieldSpec> fields, int field)
    {
        var numbers = _lists[field] ??= new ulong[ListMax];
        var isBytes = value.StartsWith("ARRAY[");
        var close = value.IndexOf(isBytes ? ']' : '}');
        return close >= 0 && (isBytes || value[0] == '{')
            && (isBytes
                ? TryReadBytes(value[6..close], fields[field].Kind == FieldKind.Addresses ? 8 : 4, numbers, out _listLengths[field])
                : TryReadNumbers(value[1..close], numbers, out _listLengths[field]))
            && TryRead(value[(close + 1)..], fields, field + 1);
    }

    private static bool TryReadNumbers(ReadOnlySpan<char> text, ulong[] numbers, out int count)
    {
        for (count = 0; !text.IsEmpty && count < ListMax; count++)
        {
            // Nearly all of a long trace are such numbers.
            var length = HexNumberAtStart(text, out numbers[count]);
            if (length == 0)
            {
                var comma = text.IndexOf(',');
                length = comma < 0 ? text.Length : comma;
                if (!TryReadNumber(text[..length], isHex: false, out var number) || number is null)
                {
                    return false;
                }

                numbers[count] = number.Value;
            }

            text = length == text.Length ? default : text[(length + 1)..];
        }

        return text.IsEmpty;
    }

    /// <summary>Characters of a number with 0x that ends at a comma or at the end; 0 for anything else.</summary>
    private static int HexNumberAtStart(ReadOnlySpan<char> text, out ulong number)
    {
        number = 0;
        if (text.Length < 3 || text[0] != '0' || text[1] != 'x')
        {
            return 0;
        }

        var at = 2;
        for (; at < text.Length && text[at] != ','; at++)
        {
            var digit = text[at] - '0';
            if ((uint)digit > 9)
            {
                digit = (text[at] | 0x20) - 'a' + 10;
                if ((uint)(digit - 10) > 5)
                {
                    return 0;
                }
            }

            number = (number << 4) | (uint)digit;
        }

        return at is 2 or > 2 + (2 * sizeof(ulong)) ? 0 : at;
    }

    private static bool TryReadBytes(ReadOnlySpan<char> text, int bytesEach, ulong[] numbers, out int whole)
    {
        var count = 0;
        var number = 0UL;
        for (whole = 0; !text.IsEmpty && whole < ListMax;)
        {
            var comma = text.IndexOf(',');
            var word = (comma < 0 ? text : text[..comma]).Trim(' ');
            if (!byte.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var part))
            {
                return false;
            }

            number |= (ulong)part << (8 * (count % bytesEach));
            if (++count % bytesEach == 0)
            {
                numbers[whole++] = number;
                number = 0;
            }

            text = comma < 0 ? default : text[(comma + 1)..];
        }

        return text.IsEmpty && count % bytesEach == 0;
    }
}
