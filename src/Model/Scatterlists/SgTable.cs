using System.Collections.Immutable;

namespace DmaGrains.Model.Scatterlists;

/// <summary>
/// A scatterlist over physical pages. Without translation the device sees the same addresses, so
/// MappedEntryCount = EntryCount ≥ 1; Σ LengthBytes = the buffer's size.
/// </summary>
/// <remarks>Source: struct sg_table; orig_nents is <see cref="EntryCount"/>, nents is <see cref="MappedEntryCount"/>.</remarks>
public sealed class SgTable
{
    private readonly SgEntry[] _entries;

    /// <summary>A table over the first <paramref name="count"/> of these entries; the array must not change afterwards.</summary>
    internal SgTable(SgEntry[] entries, int count)
    {
        _entries = entries;
        EntryCount = count;
    }

    /// <summary>How many entries describe the pages.</summary>
    public int EntryCount { get; }

    /// <summary>How many entries a device walks after mapping.</summary>
    public int MappedEntryCount => EntryCount;

    /// <summary>The entries in buffer order.</summary>
    public ReadOnlySpan<SgEntry> Entries => _entries.AsSpan(0, EntryCount);

    /// <summary>Bytes that the entries cover.</summary>
    public ulong LengthBytes
    {
        get
        {
            ulong sum = 0;
            foreach (ref readonly var entry in Entries)
            {
                sum += entry.LengthBytes;
            }

            return sum;
        }
    }

    /// <summary>The entries as an immutable array, for storage and messages.</summary>
    public ImmutableArray<SgEntry> ToImmutableArray() => [.. Entries];
}
