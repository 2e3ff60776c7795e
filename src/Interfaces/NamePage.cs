using System.Collections.Immutable;

namespace DmaGrains.Interfaces;

/// <summary>A page of a listing.</summary>
/// <param name="Names">Names in the listing's order, which is not alphabetical; may be empty even if more follow.</param>
/// <param name="Next">The cursor of the next page; null when this is the last.</param>
[GenerateSerializer, Immutable, Alias("dma.name-page")]
public readonly record struct NamePage(ImmutableArray<string> Names, string? Next);
