using System.Collections.Immutable;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>A page of names of a bucket.</summary>
/// <param name="Elsewhere">The bucket to ask instead; null when this is the one.</param>
/// <param name="Names">Names in the order of their positions.</param>
/// <param name="Next">Where to continue, in this bucket or the next; null when this is the last page.</param>
[GenerateSerializer, Immutable, Alias("dma.bucket-page")]
internal readonly record struct BucketPage(uint? Elsewhere, ImmutableArray<string> Names, NamePosition? Next);
