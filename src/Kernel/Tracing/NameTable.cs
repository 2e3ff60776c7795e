namespace DmaGrains.Kernel.Tracing;

/// <summary>Names of a trace, each kept once. A trace with more names than it keeps costs memory for each use of the others.</summary>
internal sealed class NameTable
{
    /// <summary>The most names that are kept.</summary>
    public const int CountMax = 1 << 14;

    /// <summary>The longest name, in characters: the longest of a device or an exporter.</summary>
    public const int LengthMax = 256;

    private readonly HashSet<string> _names = [];
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public NameTable() => _lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The name.</summary>
    public string Of(ReadOnlySpan<char> name)
    {
        var cut = name.Length > LengthMax ? name[..LengthMax] : name;
        if (_lookup.TryGetValue(cut, out var known))
        {
            return known;
        }

        var made = cut.ToString();
        if (_names.Count < CountMax)
        {
            _names.Add(made);
        }

        return made;
    }
}
