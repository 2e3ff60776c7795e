using DmaGrains.Model;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>The names of a cluster's boards; key <c>boards:</c>.</summary>
[GrainInterfaceType("dma.IBoardListGrain")]
[Alias("dma.IBoardListGrain")]
public interface IBoardListGrain : IGrainWithStringKey
{
    /// <summary>Names of boards, a page at a time, as <see cref="IBoardGrain.ListBuffersAsync"/> lists buffers.</summary>
    /// <param name="cursor">The cursor of the previous page; empty to start.</param>
    /// <param name="count">1 to <see cref="IBoardGrain.PageMax"/>; a page may have fewer names even if more follow.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>EINVAL naming Cursor.</returns>
    [AlwaysInterleave]
    [Alias("List")]
    Task<DmaResult<NamePage>> ListAsync(string cursor, int count, CancellationToken cancellationToken = default);
}
