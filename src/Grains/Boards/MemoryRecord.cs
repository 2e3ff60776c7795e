using System.Collections.Immutable;
using DmaGrains.Grains.Storage;
using DmaGrains.Model.Memory;

namespace DmaGrains.Grains.Boards;

/// <summary>What is stored of a board's memory, beside the chunks of what is held; what is free follows from it.</summary>
[GenerateSerializer, Alias("dma.stored.memory")]
public sealed class MemoryRecord
{
    /// <summary>The regions; empty before the memory is laid out.</summary>
    [Id(0)]
    public ImmutableArray<MemoryRegionLayout> Layouts { get; init; } = [];

    /// <summary>What is held.</summary>
    [Id(1)]
    public LedgerRecord<AllocationToken, Allocation> Allocations { get; init; } = new();

    /// <summary>Tokens whose pages were given back last, oldest first.</summary>
    [Id(2)]
    public ImmutableArray<AllocationToken> Ended { get; init; } = [];
}
