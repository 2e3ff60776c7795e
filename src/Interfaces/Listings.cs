using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DmaGrains.Model;

namespace DmaGrains.Interfaces;

/// <summary>Reads listings page by page.</summary>
public static class Listings
{
    /// <summary>The names of a board's buffers, page by page.</summary>
    /// <param name="board">The board; it must be defined.</param>
    /// <param name="page">The most names in a page, 1 to <see cref="IBoardGrain.PageMax"/>.</param>
    /// <param name="cancellation">Stops the listing.</param>
    public static IAsyncEnumerable<ImmutableArray<string>> BufferPagesAsync(
        this IBoardGrain board, int page = IBoardGrain.PageMax, CancellationToken cancellation = default) =>
        PagesAsync((cursor, stop) => board.ListBuffersAsync(cursor, page, stop), cancellation);

    /// <summary>The names of a cluster's boards, page by page.</summary>
    /// <param name="boards">The list of boards.</param>
    /// <param name="page">The most names in a page, 1 to <see cref="IBoardGrain.PageMax"/>.</param>
    /// <param name="cancellation">Stops the listing.</param>
    public static IAsyncEnumerable<ImmutableArray<string>> BoardPagesAsync(
        this IBoardListGrain boards, int page = IBoardGrain.PageMax, CancellationToken cancellation = default) =>
        PagesAsync((cursor, stop) => boards.ListAsync(cursor, page, stop), cancellation);

    private static async IAsyncEnumerable<ImmutableArray<string>> PagesAsync(
        Func<string, CancellationToken, Task<DmaResult<NamePage>>> list, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (string? cursor = string.Empty; cursor is not null;)
        {
            cancellation.ThrowIfCancellationRequested();
            var listed = (await list(cursor, cancellation)).Value;
            yield return listed.Names;
            cursor = listed.Next;
        }
    }
}
