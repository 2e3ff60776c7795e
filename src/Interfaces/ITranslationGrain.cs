using System.Collections.Immutable;
using DmaGrains.Model.Translation;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>
/// A board's MMUs and its bounce pool; key <c>translation:board</c>. Only buffers map and unmap; <see cref="IBoardGrain"/> switches
/// contexts.
/// </summary>
[GrainInterfaceType("dma.ITranslationGrain")]
[Alias("dma.ITranslationGrain")]
public interface ITranslationGrain : IGrainWithStringKey
{
    /// <summary>The live mappings, in order.</summary>
    [ReadOnly]
    [Alias("Held")]
    Task<ImmutableArray<MapToken>> GetHeldAsync(CancellationToken cancellationToken = default);
}
