using System.Text.Json;
using DmaGrains.Model;

namespace DmaGrains.Kernel.Conformance;

/// <summary>A JSON value of a record with its place, so that a fault names the field and the line.</summary>
internal sealed class VectorField
{
    /// <summary>The longest string that a record may hold, in characters.</summary>
    private const int TextMax = 100;

    /// <summary>The longest piece of JSON that a message shows, in characters.</summary>
    private const int ShownMax = 60;

    private readonly JsonElement _value;
    private readonly VectorLine _line;
    private readonly VectorField? _parent;
    private readonly string? _key;
    private readonly int _index;

    /// <summary>A whole record.</summary>
    public VectorField(JsonElement value, VectorLine line)
    {
        _value = value;
        _line = line;
        Expect(JsonValueKind.Object, "one JSON object a line");
    }

    private VectorField(JsonElement value, VectorField parent, string? key, int index)
    {
        _value = value;
        _line = parent._line;
        _parent = parent;
        _key = key;
        _index = index;
    }

    /// <summary>The field's path, such as <c>calls[1].size</c>. Computed on demand: most fields are never named.</summary>
    public string Name => _parent is null ? "the line"
        : _key is null ? $"{_parent.Name}[{_index}]"
        : _parent._parent is null ? _key
        : $"{_parent.Name}.{_key}";

    public bool IsNull => _value.ValueKind == JsonValueKind.Null;

    public bool Has(string key) => MemberOrNull(key) is not null;

    /// <summary>A required member.</summary>
    public VectorField Member(string key) =>
        MemberOrNull(key) ?? throw Fault(_parent is null ? $"no {key}" : $"no {Name}.{key}", "that field");

    /// <summary>An optional member, or null.</summary>
    public VectorField? MemberOrNull(string key)
    {
        Expect(JsonValueKind.Object, "an object");
        return _value.TryGetProperty(key, out var member) ? new(member, this, key, 0) : null;
    }

    /// <summary>Refuses other members, because an expectation that is not read would count as met.</summary>
    public void AllowOnly(params ReadOnlySpan<string> keys)
    {
        Expect(JsonValueKind.Object, "an object");
        foreach (var member in _value.EnumerateObject())
        {
            if (!keys.Contains(member.Name))
            {
                throw Fault($"{Name} has {HarmlessText.Cut(member.ToString(), ShownMax)}", string.Join(", ", keys!));
            }
        }
    }

    /// <summary>The elements of an array.</summary>
    public VectorField[] Items(int min, int max)
    {
        Expect(JsonValueKind.Array, "an array");
        var count = _value.GetArrayLength();
        if (count < min || count > max)
        {
            var range = min == max ? $"{min}" : $"{min} to {max}";
            throw Fault($"{Name} has length {count}", $"length {range}");
        }

        return [.. _value.EnumerateArray().Select((item, index) => new VectorField(item, this, null, index))];
    }

    public ulong Number(ulong min = 0, ulong max = ulong.MaxValue)
    {
        var isNumber = _value.ValueKind == JsonValueKind.Number;
        return isNumber && _value.TryGetUInt64(out var number) && number >= min && number <= max
            ? number
            : throw Unexpected($"a whole number from {min} to {max}");
    }

    public uint Number32(uint max = uint.MaxValue) => (uint)Number(0, max);

    public bool Flag() => _value.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? _value.GetBoolean()
        : throw Unexpected("true or false");

    public string Text()
    {
        Expect(JsonValueKind.String, "a string");
        try
        {
            var text = _value.GetString()!;
            return text.Length <= TextMax ? text : throw Unexpected($"a string of at most {TextMax} characters");
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate, such as \ud800.
            throw Unexpected("a string of whole characters");
        }
    }

    /// <summary>The value as JSON without white space.</summary>
    public string Shown => string.Concat(_value.GetRawText().Where(character => !char.IsWhiteSpace(character)));

    /// <summary>The fault of a value that reads well but makes no sense here.</summary>
    public VectorFileException Unexpected(string expected) =>
        Fault($"{Name} is {HarmlessText.Cut(_value.GetRawText(), ShownMax)}", expected);

    /// <summary>Any other fault on this field's line.</summary>
    public VectorFileException Fault(string found, string expected) => _line.Fault(found, expected);

    private void Expect(JsonValueKind kind, string expected)
    {
        if (_value.ValueKind != kind)
        {
            throw Unexpected(expected);
        }
    }
}
