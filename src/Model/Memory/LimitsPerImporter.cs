using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>The limits of lists over the same pages, each cut for one importer. Compared by content. The default is empty: one list serves all.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.own-lists")]
public readonly struct LimitsPerImporter : IEquatable<LimitsPerImporter>
{
    [Id(0)]
    private readonly ImmutableArray<DmaConstraints> _limits;

    private LimitsPerImporter(ImmutableArray<DmaConstraints> limits) => _limits = limits;

    /// <summary>The limits of each list, fewest segments first.</summary>
    public ImmutableArray<DmaConstraints> Limits => _limits.IsDefault ? [] : _limits;

    /// <summary>Whether one list serves all importers.</summary>
    public bool IsEmpty => _limits.IsDefaultOrEmpty;

    /// <summary>Keeps the limits that matter: not those implied by another list's, nor those that allow a segment for each page.</summary>
    /// <param name="demands">What each importer allows. Limits below a page count as a page, because lists are cut at pages.</param>
    /// <param name="sizeBytes">Bytes of the buffer.</param>
    /// <param name="pageOrder">The kernel's page order.</param>
    public static LimitsPerImporter Of(IEnumerable<DmaConstraints> demands, ulong sizeBytes, int pageOrder = 0)
    {
        var pageCount = Page.CountFor(sizeBytes, pageOrder) >> pageOrder;
        var limits = demands
            .Select(demand => demand.ToWholePages(pageOrder))
            .Where(limits => limits.MaxSegmentCount < pageCount || !limits.Limits.IsEmpty)
            .Distinct()
            .OrderBy(limits => limits.MaxSegmentCount)
            .ThenBy(limits => limits.MaxSegmentSize)
            .ThenBy(limits => limits.SegmentBoundaryMask);
        var kept = new List<DmaConstraints>();
        foreach (var one in limits)
        {
            if (!kept.Any(other => DmaConstraints.Intersect(one, other) == other))
            {
                kept.Add(one);
            }
        }

        return new(kept.Count == 0 ? [DmaConstraints.Unconstrained] : [.. kept]);
    }

    /// <summary>Whether both have the same limits.</summary>
    public static bool operator ==(LimitsPerImporter left, LimitsPerImporter right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(LimitsPerImporter left, LimitsPerImporter right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(LimitsPerImporter other) => Limits.SequenceEqual(other.Limits);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LimitsPerImporter other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Limits.Aggregate(0, (hash, limits) => HashCode.Combine(hash, limits));

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", Limits);
}
