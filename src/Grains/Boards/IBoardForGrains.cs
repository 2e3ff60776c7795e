using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using Orleans.Concurrency;

namespace DmaGrains.Grains.Boards;

/// <summary>A board, for its buffers. No client can call it.</summary>
[GrainInterfaceType("dma.IBoardForGrains")]
[Alias("dma.IBoardForGrains")]
internal interface IBoardForGrains : IBoardGrain
{
    /// <summary>
    /// Adds a buffer's name before the buffer is created, and finds the regions that its exporter names. A later generation of a name
    /// replaces an earlier one. For the buffer.
    /// </summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="generation">The generation of its storage.</param>
    /// <param name="exporter">The device that exports it, or null.</param>
    /// <param name="memory">The regions that the storage comes from; empty for system RAM and contiguous areas.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// The named regions, in that order. EINVAL naming Buffer, Exporter or Memory (not names), ENOENT (no such board), ENODEV (no such
    /// exporter), EINVAL as <see cref="NamedRegions.Find"/>, EINVAL naming Generation (removed a short while ago), or ENOSPC; then nothing
    /// is added.
    /// </returns>
    [AlwaysInterleave]
    [Alias("AddBuffer")]
    Task<DmaResult<ImmutableArray<MemoryRegionLayout>>> AddBufferAsync(
        string buffer, uint generation, string? exporter, NameList memory, CancellationToken cancellationToken = default);

    /// <summary>Removes the name of a buffer that is gone; a buffer exported later under that name stays listed. For the buffer.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="generation">The last generation of its storage.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>EINVAL naming Buffer; null when it is no longer listed.</returns>
    [AlwaysInterleave]
    [Alias("RemoveBuffer")]
    Task<Refusal?> RemoveBufferAsync(string buffer, uint generation, CancellationToken cancellationToken = default);
}
