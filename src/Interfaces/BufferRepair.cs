using System.Collections.Immutable;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Interfaces;

/// <summary>What was mended about a buffer.</summary>
/// <param name="IsAlive">Whether there is a buffer of that name; its board lists it now, and does not list it when there is none.</param>
/// <param name="HasPaid">Whether it owed pages or addresses and has given them back.</param>
/// <param name="Pages">Pages that were held for nobody and have gone back.</param>
/// <param name="Mappings">Mappings that were held for nobody and have ended.</param>
[GenerateSerializer, Immutable, Alias("dma.buffer-repair")]
public sealed record BufferRepair(
    bool IsAlive, bool HasPaid, ImmutableArray<AllocationToken> Pages, ImmutableArray<MapToken> Mappings);
