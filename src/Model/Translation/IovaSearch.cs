using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>Where <see cref="IovaPolicy.TopDown"/> looks next.</summary>
/// <param name="Low">The granule below which requests that end below 4 GiB look; null for the limit.</param>
/// <param name="High">The granule below which other requests look; null for the limit.</param>
/// <param name="RefusedCount">The granules from which on requests below 4 GiB are refused at once; null for any number that fits there.</param>
/// <remarks>Source: drivers/iommu/iova.c, cached32_node, cached_node, max32_alloc_size of Linux 7.3.4.</remarks>
[GenerateSerializer, Immutable, Alias("dma.iova-search")]
public readonly record struct IovaSearch(ulong? Low, ulong? High, ulong? RefusedCount);
