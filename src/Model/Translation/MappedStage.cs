using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>What a mapping holds in one stage.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="GranuleBytes">Its granule.</param>
/// <param name="Range">The addresses.</param>
/// <param name="Context">The context in which they are valid, from 0.</param>
[GenerateSerializer, Immutable, Alias("dma.mapped-stage")]
public readonly record struct MappedStage(string Stage, uint GranuleBytes, IovaRange Range, uint Context)
{
    /// <summary>Whether its translations outlive the unmap until the next reaping flushes them (thread #25).</summary>
    [Id(0)]
    public bool IsLazy { get; init; }

    /// <summary>The attachment to which the context's address space belongs, as <c>buffer/attachment</c>; null where it is shared (thread #34).</summary>
    [Id(1)]
    public string? Space { get; init; }
}
