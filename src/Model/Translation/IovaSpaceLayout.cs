using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>An address space before anything is mapped.</summary>
/// <param name="First">The lowest address; granule 0 is never used (dma-iommu.c, iommu_dma_init_domain).</param>
/// <param name="Last">The highest address: a numeric bound, also where a mask has holes (venus: 0xddbfffff).</param>
/// <param name="GranuleBytes">4096, 16384 or 65536; only whole granules between the bounds are used.</param>
/// <param name="Policy">Where it looks for free addresses.</param>
/// <param name="Alignment">The alignment of bases.</param>
/// <param name="Reuse">When a freed range may be handed out again.</param>
[GenerateSerializer, Immutable, Alias("dma.iova-layout")]
public sealed record IovaSpaceLayout(
    Iova First,
    Iova Last,
    uint GranuleBytes,
    IovaPolicy Policy = IovaPolicy.TopDown,
    IovaAlignment Alignment = IovaAlignment.Size,
    IovaReuse Reuse = IovaReuse.Strict)
{
    /// <summary>The most reserved windows.</summary>
    public const int ReservedMax = 64;

    /// <summary>Ranges that are never handed out: MSI doorbells, firmware, peripherals. They may overlap each other and the bounds.</summary>
    [Id(0)]
    public ImmutableArray<IovaRange> Reserved { get; init; } = [];

    /// <summary>
    /// Whether freed ranges of up to 32 granules are kept for requests of the same size, the last freed one first, as each CPU of a kernel
    /// keeps them (iova_rcache). One CPU; with <see cref="IovaPolicy.TopDown"/> only.
    /// </summary>
    [Id(1)]
    public bool Caches { get; init; }

    /// <summary>The whole granules between the bounds, without granule 0: their bytes fit 64 bits.</summary>
    internal GranuleRun Granules => new(
        Math.Max(1, (First.Value / GranuleBytes) + (First.Value % GranuleBytes == 0 ? 0UL : 1)), GranulesThrough(Last.Value));

    /// <summary>The granules that reserved windows touch, in order, disjoint, within <see cref="Granules"/>.</summary>
    internal IEnumerable<GranuleRun> ReservedGranules()
    {
        var (end, last) = Granules;
        foreach (var window in Reserved.OrderBy(window => window.First.Value))
        {
            var first = Math.Max(window.First.Value / GranuleBytes, end);
            var behind = Math.Min((window.Last.Value / GranuleBytes) + 1, last);
            if (first < behind)
            {
                yield return new(first, behind);
                end = behind;
            }
        }
    }

    /// <summary>The number after the last granule that ends at or below an address.</summary>
    internal ulong GranulesThrough(ulong address) => (address / GranuleBytes) + (address % GranuleBytes == GranuleBytes - 1 ? 1UL : 0);

    /// <summary>Null when the layout is valid.</summary>
    /// <returns>
    /// EINVAL naming GranuleBytes, Last (no whole granule between the bounds), Caches (another policy) or Reserved (a window is empty or
    /// reaches beyond 64-bit addresses); ENOSPC for too many windows.
    /// </returns>
    public Refusal? Check()
    {
        if (Granule.Check(GranuleBytes) is { } refusal)
        {
            return refusal;
        }

        if (Granules.First >= Granules.End)
        {
            return Refusal.Of(
                Errno.EINVAL, nameof(Last), $"No whole granule of {GranuleBytes} bytes lies from {First} to {Last}.");
        }

        if (Caches && Policy != IovaPolicy.TopDown)
        {
            return Refusal.Of(Errno.EINVAL, nameof(Caches), $"A space that looks for addresses {Policy} keeps no freed ranges: expected {IovaPolicy.TopDown}.");
        }

        if (Reserved.IsDefault)
        {
            return Refusal.Null(nameof(Reserved));
        }

        if (Reserved.Length > ReservedMax)
        {
            return new(
                Errno.ENOSPC, null, nameof(Reserved), (ulong)Reserved.Length, ReservedMax,
                $"{Reserved.Length} reserved windows: expected at most {ReservedMax}.");
        }

        return Reserved.All(HasLast)
            ? null
            : Refusal.Of(
                Errno.EINVAL, nameof(Reserved), "A reserved window is empty or reaches beyond 64-bit addresses.");
    }

    private static bool HasLast(IovaRange window) =>
        window.LengthBytes != 0 && window.LengthBytes - 1 <= ulong.MaxValue - window.First.Value;
}
