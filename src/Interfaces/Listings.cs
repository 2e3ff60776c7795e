using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DmaGrains.Model;

namespace DmaGrains.Interfaces;

/// <summary>Goes through the pages of listings.</summary>
public static class Listings
{
    /// <summary>The names of a board's buffers, a page at a time as the board gives them.</summary>
    /// <param name="board">The board; it has been defined.</param>
    /// <param name="page">1 to <see cref="IBoardGrain.PageMax"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static IAsyncEnumerable<ImmutableArray<string>> BufferPagesAsync(
        this IBoardGrain board, int page = IBoardGrain.PageMax, CancellationToken cancellation = default) =>
        PagesAsync(cursor => board.ListBuffersAsync(cursor, page), cancellation);

    /// <summary>The names of a cluster's boards, a page at a time.</summary>
    /// <param name="boards">The list of boards.</param>
    /// <param name="page">1 to <see cref="IBoardGrain.PageMax"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static IAsyncEnumerable<ImmutableArray<string>> BoardPagesAsync(
        this IBoardListGrain boards, int page = IBoardGrain.PageMax, CancellationToken cancellation = default) =>
        PagesAsync(cursor => boards.ListAsync(cursor, page), cancellation);

    private static async IAsyncEnumerable<ImmutableArray<string>> PagesAsync(
        Func<string, Task<DmaResult<NamePage>>> list, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (string? cursor = string.Empty; cursor is not null;)
        {
            cancellation.ThrowIfCancellationRequested();
            var listed = (await list(cursor)).Value;
            yield return listed.Names;
            cursor = listed.Next;
        }
    }
}
