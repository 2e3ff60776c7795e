using System.Collections.Immutable;
using Orleans.Concurrency;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>
/// Some of the names of a board's buffers; key <c>names:board/NUMBER</c>, or <c>names:/NUMBER</c> for the names of boards. Called by the
/// grain that lists the names; it calls the bucket that splits off from it.
/// </summary>
[GrainInterfaceType("dma.INameBucketGrain")]
[Alias("dma.INameBucketGrain")]
internal interface INameBucketGrain : IGrainWithStringKey
{
    /// <summary>Adds a name; if it is there already, of that generation or a later one, nothing changes.</summary>
    [AlwaysInterleave]
    [Alias("Add")]
    Task<BucketReply> AddAsync(ListedName name, CancellationToken cancellationToken = default);

    /// <summary>Removes a name of that generation or an earlier one; a later one stays.</summary>
    [AlwaysInterleave]
    [Alias("Remove")]
    Task<BucketReply> RemoveAsync(ListedName name, CancellationToken cancellationToken = default);

    /// <summary>The names after a position.</summary>
    [ReadOnly]
    [Alias("List")]
    Task<BucketPage> ListAsync(NamePosition after, int count, CancellationToken cancellationToken = default);

    /// <summary>Splits the bucket if it has that level; at a higher level it has split already.</summary>
    /// <returns>The number of names in the larger part.</returns>
    [Alias("Split")]
    Task<int> SplitAsync(int level, CancellationToken cancellationToken = default);

    /// <summary>Takes the names that split off from another bucket, unless a later such call came first.</summary>
    /// <param name="level">The level of both afterwards.</param>
    /// <param name="version">The other bucket's version.</param>
    /// <param name="names">The names.</param>
    /// <param name="removed">The names that were last removed from the other bucket.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    [Alias("Fill")]
    Task FillAsync(
        int level, ulong version, ImmutableArray<ListedName> names, ImmutableArray<ListedName> removed, CancellationToken cancellationToken = default);
}
