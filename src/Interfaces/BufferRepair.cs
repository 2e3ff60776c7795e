using System.Collections.Immutable;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Interfaces;

/// <summary>What the repair of a buffer did.</summary>
/// <param name="IsAlive">Whether a buffer of that name is alive; its board lists it exactly then.</param>
/// <param name="HasPaid">Whether it owed pages or addresses, and has now given them back.</param>
/// <param name="Pages">Pages that were held for no buffer, now given back.</param>
/// <param name="Mappings">Mappings that were held for no buffer, now ended.</param>
[GenerateSerializer, Immutable, Alias("dma.buffer-repair")]
public sealed record BufferRepair(
    bool IsAlive, bool HasPaid, ImmutableArray<AllocationToken> Pages, ImmutableArray<MapToken> Mappings);
