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
    /// <summary>Entries of a full link: 64 KiB, below what .NET keeps among large objects.</summary>
    internal const int LinkEntries = 4096;

    private readonly SgEntry[][] _links;
    private readonly int _lastCount;

    /// <summary>A table of full links and <paramref name="lastCount"/> entries of the last; the arrays must not change afterwards.</summary>
    internal SgTable(SgEntry[][] links, int lastCount)
    {
        _links = links;
        _lastCount = lastCount;
        EntryCount = links.Length == 0 ? 0 : ((links.Length - 1) * LinkEntries) + lastCount;
    }

    /// <summary>How many entries describe the pages.</summary>
    public int EntryCount { get; }

    /// <summary>How many entries a device walks after mapping.</summary>
    public int MappedEntryCount => EntryCount;

    /// <summary>How many links the chain has; one for up to 4096 entries.</summary>
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

    /// <summary>Room for so many entries, at most a full link. Not cleared: only what was written is ever read.</summary>
    internal static SgEntry[] NewLink(int entries) =>
        GC.AllocateUninitializedArray<SgEntry>(Math.Min(entries, LinkEntries));
}
