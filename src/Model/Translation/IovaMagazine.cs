using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>A stack of freed ranges that a CPU keeps (iova_magazine), as it is stored.</summary>
/// <param name="Order">Each has 2^Order granules, 0 to 5.</param>
/// <param name="Place">0 for the one that is used, 1 for the one before, from 2 on for the full ones that are stored.</param>
/// <param name="Firsts">Their first granules, the newest last; 1 to 127.</param>
[GenerateSerializer, Immutable, Alias("dma.iova-cache")]
public sealed record IovaMagazine(int Order, int Place, ImmutableArray<ulong> Firsts);
