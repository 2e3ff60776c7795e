using System.Collections.Immutable;

namespace DmaGrains.Interfaces;

/// <summary>Some names of a listing.</summary>
/// <param name="Names">Names in the listing's order, which is not that of the alphabet; there may be none although more follow.</param>
/// <param name="Next">What to ask with for the next page; null when this was the last.</param>
[GenerateSerializer, Immutable, Alias("dma.name-page")]
public readonly record struct NamePage(ImmutableArray<string> Names, string? Next);
