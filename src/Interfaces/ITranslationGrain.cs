using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>A board's MMUs and its bounce pool; key <c>translation:board</c>. Buffers call it; it calls nobody.</summary>
[GrainInterfaceType("dma.ITranslationGrain")]
[Alias("dma.ITranslationGrain")]
public interface ITranslationGrain : IGrainWithStringKey
{
    /// <summary>Lays the MMUs out; the same again changes nothing. For the board, which has checked them.</summary>
    /// <param name="stages">The board's MMUs.</param>
    /// <param name="pool">The region for bounces, or null.</param>
    /// <returns>What <see cref="DmaTranslation.Check"/> answers; EBUSY when another layout holds mappings; null when laid out.</returns>
    [Alias("LayOut")]
    Task<Refusal?> LayOutAsync(ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool);

    /// <summary>Maps; the same request under the same token gets the same addresses.</summary>
    /// <returns>What <see cref="DmaMapRequest.Check"/> answers, EINVAL naming Token (it has ended a short while ago), or what <see cref="DmaTranslation.Map"/> answers.</returns>
    [Alias("Map")]
    Task<DmaResult<DmaMapped>> MapAsync(DmaMapRequest request);

    /// <summary>What a map would answer; nothing is held afterwards.</summary>
    /// <returns>As <see cref="MapAsync"/>.</returns>
    [ReadOnly]
    [Alias("TestMap")]
    Task<DmaResult<DmaMapped>> TestMapAsync(DmaMapRequest request);

    /// <summary>Whether a mapping can be ended in the present contexts (thread #39).</summary>
    /// <returns>EINVAL naming Buffer or Context; null when it can.</returns>
    [ReadOnly]
    [Alias("CheckUnmap")]
    Task<Refusal?> CheckUnmapAsync(MapToken token);

    /// <summary>Ends mappings; tokens that hold nothing change nothing.</summary>
    /// <returns>EINVAL naming Tokens or Buffer, and no mapping is ended; null when they hold nothing.</returns>
    [Alias("Unmap")]
    Task<Refusal?> UnmapAsync(ImmutableArray<MapToken> tokens);

    /// <summary>Ends all mappings of a buffer.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="following">The number of the mapping that would have come next: it may have been asked for and never noted.</param>
    /// <returns>EINVAL naming Buffer; null when it has none.</returns>
    [Alias("UnmapAll")]
    Task<Refusal?> UnmapAllAsync(string buffer, ulong following);

    /// <summary>Switches an MMU to another of its contexts (thread #38, #39).</summary>
    /// <returns>EINVAL naming Stage or Context; null when switched.</returns>
    [Alias("SwitchContext")]
    Task<Refusal?> SwitchContextAsync(string stage, uint context);

    /// <summary>The mappings that hold something, in order.</summary>
    [ReadOnly]
    [Alias("Held")]
    Task<ImmutableArray<MapToken>> GetHeldAsync();
}
