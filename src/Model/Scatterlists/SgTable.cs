using System.Collections.Immutable;

namespace DmaGrains.Model.Scatterlists;

/// <summary>
/// A scatterlist over physical pages. Without translation the device sees the same addresses, so
/// MappedEntryCount = EntryCount ≥ 1; Σ LengthBytes = the buffer's size.
/// </summary>
/// <remarks>
/// Source: struct sg_table; orig_nents is <see cref="EntryCount"/>, nents is <see cref="MappedEntryCount"/>. Like the kernel's, a
/// long table is a chain of links, so that building one needs no large block of memory.
/// </remarks>
public sealed class SgTable
{
    /// <summary>Entries of a full link: 64 KiB, below the threshold of .NET's large object heap.</summary>
    internal const int LinkEntries = 4096;

    private readonly SgEntry[][] _links;
    private readonly int _lastCount;

    /// <summary>A table of full links, with <paramref name="lastCount"/> entries in the last; the arrays must not be modified afterwards.</summary>
    internal SgTable(SgEntry[][] links, int lastCount)
    {
        _links = links;
        _lastCount = lastCount;
        EntryCount = links.Length == 0 ? 0 : ((links.Length - 1) * LinkEntries) + lastCount;
    }

    /// <summary>The number of entries that describe the pages.</summary>
    public int EntryCount { get; }

    /// <summary>The number of entries that a device walks after mapping.</summary>
    public int MappedEntryCount => EntryCount;

    /// <summary>The number of links in the chain; one for up to 4096 entries.</summary>
    public int LinkCount => _links.Length;

    /// <summary>The entries in buffer order; a copy when the chain has more than one link.</summary>
    public ReadOnlySpan<SgEntry> Entries => LinkCount switch
    {
        0 => [],
        1 => Link(0),
        _ => ToImmutableArray().AsSpan(),
    };

    /// <summary>Bytes that the entries cover.</summary>
    public ulong LengthBytes
    {
        get
        {
            ulong sum = 0;
            for (var link = 0; link < LinkCount; link++)
            {
                foreach (ref readonly var entry in Link(link))
                {
                    sum += entry.LengthBytes;
                }
            }

            return sum;
        }
    }

    /// <summary>The entries of one link, in buffer order.</summary>
    /// <param name="index">From 0, below <see cref="LinkCount"/>.</param>
    public ReadOnlySpan<SgEntry> Link(int index) =>
        index == LinkCount - 1 ? _links[index].AsSpan(0, _lastCount) : _links[index];

    /// <summary>The entries as an immutable array, for storage and messages.</summary>
    public ImmutableArray<SgEntry> ToImmutableArray()
    {
        var all = ImmutableArray.CreateBuilder<SgEntry>(EntryCount);
        for (var link = 0; link < LinkCount; link++)
        {
            all.AddRange(Link(link));
        }

        return all.MoveToImmutable();
    }

    /// <summary>A link with room for so many entries, at most a full one. Not cleared: only written entries are ever read.</summary>
    internal static SgEntry[] NewLink(int entries) =>
        GC.AllocateUninitializedArray<SgEntry>(Math.Min(entries, LinkEntries));
}
