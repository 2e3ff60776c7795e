using DmaGrains.Model;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>The names of a cluster's boards; key <c>boards:</c>. Boards call it when they are defined and removed.</summary>
[GrainInterfaceType("dma.IBoardListGrain")]
[Alias("dma.IBoardListGrain")]
public interface IBoardListGrain : IGrainWithStringKey
{
    /// <summary>Adds a board; adding it again changes nothing. For the board.</summary>
    /// <param name="board">The board.</param>
    /// <param name="generation">The generation of that board.</param>
    /// <returns>EINVAL naming Board or Generation (removed a short while ago), or ENOSPC; null when added.</returns>
    [AlwaysInterleave]
    [Alias("Add")]
    Task<Refusal?> AddAsync(string board, uint generation);

    /// <summary>Removes a board; one defined later under that name stays. For the board.</summary>
    /// <param name="board">The board.</param>
    /// <param name="generation">The generation of the removed board.</param>
    /// <returns>EINVAL naming Board; null when it is not listed any more.</returns>
    [AlwaysInterleave]
    [Alias("Remove")]
    Task<Refusal?> RemoveAsync(string board, uint generation);

    /// <summary>Names of boards, a page at a time, as <see cref="IBoardGrain.ListBuffersAsync"/> lists buffers.</summary>
    /// <param name="cursor">The cursor of the previous page; empty to start.</param>
    /// <param name="count">1 to <see cref="IBoardGrain.PageMax"/>; a page may have fewer names even if more follow.</param>
    /// <returns>EINVAL naming Cursor.</returns>
    [AlwaysInterleave]
    [Alias("List")]
    Task<DmaResult<NamePage>> ListAsync(string cursor, int count);
}
