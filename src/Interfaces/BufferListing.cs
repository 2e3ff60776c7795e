using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace DmaGrains.Interfaces;

/// <summary>Goes through the pages of a board's listing.</summary>
public static class BufferListing
{
    /// <summary>The names of a board's buffers, a page at a time as the board gives them.</summary>
    /// <param name="board">The board; it has been defined.</param>
    /// <param name="page">1 to <see cref="IBoardGrain.PageMax"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async IAsyncEnumerable<ImmutableArray<string>> BufferPagesAsync(
        this IBoardGrain board,
        int page = IBoardGrain.PageMax,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (string? cursor = string.Empty; cursor is not null;)
        {
            cancellation.ThrowIfCancellationRequested();
            var listed = (await board.ListBuffersAsync(cursor, page)).Value;
            yield return listed.Names;
            cursor = listed.Next;
        }
    }
}
