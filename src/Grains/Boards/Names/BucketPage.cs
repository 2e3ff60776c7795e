using System.Collections.Immutable;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>Some names of a bucket.</summary>
/// <param name="Elsewhere">The bucket to ask instead; null when this is the one.</param>
/// <param name="Names">Names in the order of their positions.</param>
/// <param name="Next">Where to go on, in this bucket or the next; null when this was the last.</param>
[GenerateSerializer, Immutable, Alias("dma.bucket-page")]
internal readonly record struct BucketPage(uint? Elsewhere, ImmutableArray<string> Names, NamePosition? Next);
