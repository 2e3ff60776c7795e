using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using Orleans.Concurrency;

namespace DmaGrains.Grains.Boards;

/// <summary>A board's MMUs and its bounce pool, for the board and its buffers; it calls no other grain. No client can call it.</summary>
[GrainInterfaceType("dma.ITranslationForGrains")]
[Alias("dma.ITranslationForGrains")]
internal interface ITranslationForGrains : ITranslationGrain
{
    /// <summary>Sets up the MMUs; repeating it changes nothing. For the board.</summary>
    /// <param name="stages">The board's MMUs.</param>
    /// <param name="pool">The bounce pool, or null.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>As <see cref="DmaTranslation.Check"/>; EBUSY when there are mappings through other MMUs; null when set up.</returns>
    [Alias("LayOut")]
    Task<Refusal?> LayOutAsync(ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="LayOutAsync"/>, for a board with bounce pools of some devices alone.</summary>
    /// <param name="stages">The board's MMUs.</param>
    /// <param name="pool">The bounce pool of all devices, or null.</param>
    /// <param name="restricted">The others, one or more.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>As <see cref="LayOutAsync"/>.</returns>
    [Alias("LayOutPools")]
    Task<Refusal?> LayOutPoolsAsync(
        ImmutableArray<IommuStage> stages, MemoryRegionLayout? pool, ImmutableArray<MemoryRegionLayout> restricted, CancellationToken cancellationToken = default);

    /// <summary>Maps a list; the same request under the same token gets the same addresses.</summary>
    /// <returns>
    /// As <see cref="DmaMapRequest.Check"/>, EINVAL naming Token (that mapping ended a short while ago), or as <see cref="DmaTranslation.Map"/>.
    /// </returns>
    [AlwaysInterleave]
    [Alias("Map")]
    Task<DmaResult<DmaMapped>> MapAsync(DmaMapRequest request, CancellationToken cancellationToken = default);

    /// <summary>The reply that a map would get; nothing is held.</summary>
    /// <returns>As <see cref="MapAsync"/>.</returns>
    [ReadOnly]
    [Alias("TestMap")]
    Task<DmaResult<DmaMapped>> TestMapAsync(DmaMapRequest request, CancellationToken cancellationToken = default);

    /// <summary>Whether a mapping can be ended in the current contexts (thread #39).</summary>
    /// <returns>EINVAL naming Buffer or Context; null when it can.</returns>
    [ReadOnly]
    [Alias("CheckUnmap")]
    Task<Refusal?> CheckUnmapAsync(MapToken token, CancellationToken cancellationToken = default);

    /// <summary>Ends mappings; tokens without a mapping change nothing.</summary>
    /// <returns>EINVAL naming Tokens or Buffer, and no mapping is ended; null when they hold nothing.</returns>
    [AlwaysInterleave]
    [Alias("Unmap")]
    Task<Refusal?> UnmapAsync(ImmutableArray<MapToken> tokens, CancellationToken cancellationToken = default);

    /// <summary>Ends all mappings of a buffer.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="following">The number of the next mapping: it may have been made here without the buffer having recorded it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>EINVAL naming Buffer; null when it has none.</returns>
    [AlwaysInterleave]
    [Alias("UnmapAll")]
    Task<Refusal?> UnmapAllAsync(string buffer, ulong following, CancellationToken cancellationToken = default);

    /// <summary>Switches an MMU to another of its contexts (thread #38, #39).</summary>
    /// <returns>EINVAL naming Stage or Context; null when switched.</returns>
    [AlwaysInterleave]
    [Alias("SwitchContext")]
    Task<Refusal?> SwitchContextAsync(string stage, uint context, CancellationToken cancellationToken = default);
}
