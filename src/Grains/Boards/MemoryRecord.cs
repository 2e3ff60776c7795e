using System.Collections.Immutable;
using DmaGrains.Grains.Storage;
using DmaGrains.Model.Memory;

namespace DmaGrains.Grains.Boards;

/// <summary>The stored state of a board's memory, apart from the chunks of allocations; free pages follow from both.</summary>
[GenerateSerializer, Alias("dma.stored.memory")]
public sealed class MemoryRecord
{
    /// <summary>The regions; empty before the memory is set up.</summary>
    [Id(0)]
    public ImmutableArray<MemoryRegionLayout> Layouts { get; init; } = [];

    /// <summary>The allocations.</summary>
    [Id(1)]
    public ChunkedMapRecord<AllocationToken, Allocation> Allocations { get; init; } = new();

    /// <summary>The tokens that were freed last, oldest first.</summary>
    [Id(2)]
    public ImmutableArray<AllocationToken> Ended { get; init; } = [];
}
