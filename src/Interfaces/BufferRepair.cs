using System.Collections.Immutable;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Interfaces;

/// <summary>What the repair of a buffer did.</summary>
/// <param name="IsAlive">Whether a buffer of that name is alive; the board lists it if and only if it is.</param>
/// <param name="HasPaid">Whether it owed pages or addresses, and has now given them back.</param>
/// <param name="Pages">Allocations that no buffer used, now given back.</param>
/// <param name="Mappings">Mappings that no buffer used, now ended.</param>
[GenerateSerializer, Immutable, Alias("dma.buffer-repair")]
public sealed record BufferRepair(
    bool IsAlive, bool HasPaid, ImmutableArray<AllocationToken> Pages, ImmutableArray<MapToken> Mappings);
