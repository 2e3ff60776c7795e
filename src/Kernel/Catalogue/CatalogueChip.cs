using System.Collections.Immutable;

namespace DmaGrains.Kernel.Catalogue;

/// <summary>What a driver sets for some of the chips that it drives.</summary>
/// <param name="Compatible">The strings of these chips, which are strings of the driver.</param>
/// <param name="Limits">The limits; one that the driver sets for all chips holds for these no longer.</param>
/// <param name="Note">What else is known of them; null for nothing.</param>
public sealed record CatalogueChip(ImmutableArray<string> Compatible, ImmutableArray<CatalogueLimit> Limits, string? Note);
