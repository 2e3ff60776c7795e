using DmaGrains.Interfaces;
using DmaGrains.Model;
using Orleans.Concurrency;

namespace DmaGrains.Grains.Boards;

/// <summary>The names of a cluster's boards, for boards that are defined and removed. No client can call it.</summary>
[GrainInterfaceType("dma.IBoardListForGrains")]
[Alias("dma.IBoardListForGrains")]
internal interface IBoardListForGrains : IBoardListGrain
{
    /// <summary>Adds a board; adding it again changes nothing. For the board.</summary>
    /// <param name="board">The board.</param>
    /// <param name="generation">The generation of that board.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>EINVAL naming Board or Generation (removed a short while ago), or ENOSPC; null when added.</returns>
    [AlwaysInterleave]
    [Alias("Add")]
    Task<Refusal?> AddAsync(string board, uint generation, CancellationToken cancellationToken = default);

    /// <summary>Removes a board; one defined later under that name stays. For the board.</summary>
    /// <param name="board">The board.</param>
    /// <param name="generation">The generation of the removed board.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>EINVAL naming Board; null when it is not listed any more.</returns>
    [AlwaysInterleave]
    [Alias("Remove")]
    Task<Refusal?> RemoveAsync(string board, uint generation, CancellationToken cancellationToken = default);
}
