using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Reports;

namespace DmaGrains.Silo.Http;

/// <summary>An event of one of a board's buffers.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="Event">The event.</param>
internal sealed record BoardEventReport(string Buffer, BufferEventReport Event);

/// <summary>An event to tell.</summary>
/// <param name="Report">The event.</param>
/// <param name="Cursor">How far the board is told with it.</param>
/// <param name="HasGap">Whether events of its buffer before it are not kept any more.</param>
internal sealed record BoardEvent(BoardEventReport Report, BoardCursor Cursor, bool HasGap);

/// <summary>Reads what happened to the buffers of a board: those that it lists, and those that it listed before, to their end.</summary>
internal sealed class BoardStream(IGrainFactory grains, string board)
{
    /// <summary>The cursor from now on.</summary>
    /// <returns>ENOSPC naming Buffers when there are too many.</returns>
    public async Task<DmaResult<BoardCursor>> NowAsync(CancellationToken cancellation)
    {
        var listed = await ListAsync(cancellation);
        if (!listed.TryGetValue(out var names))
        {
            return DmaResult.Refuse<BoardCursor>(listed.Refusal!);
        }

        var pages = await Task.WhenAll(names.Select(name => grains.GetBuffer(board, name).HistoryAsync(cancellationToken: cancellation)));
        return DmaResult.Grant(names.Zip(pages).Aggregate(
            BoardCursor.Empty, (cursor, each) => each.Second.TryGetValue(out var page) ? cursor.With(each.First, page.Next) : cursor));
    }

    /// <summary>The events after a cursor, buffer by buffer, each buffer's in their order; and the cursor after them.</summary>
    /// <returns>ENOENT (the board is gone), ENOSPC naming Buffers, or EINVAL naming After.</returns>
    public async Task<DmaResult<(ImmutableArray<BoardEvent> Events, BoardCursor Next)>> ReadAsync(BoardCursor cursor, CancellationToken cancellation)
    {
        var listed = await ListAsync(cancellation);
        if (!listed.TryGetValue(out var names))
        {
            return DmaResult.Refuse<(ImmutableArray<BoardEvent>, BoardCursor)>(listed.Refusal!);
        }

        // A buffer that is not listed any more is read once more, after it left the list: its last events are in its history by then.
        string[] all = [.. cursor.Told.Keys.Union(names).Order(StringComparer.Ordinal)];
        var pages = await Task.WhenAll(all.Select(name => grains.GetBuffer(board, name).HistoryAsync(cursor.Told.GetValueOrDefault(name), cancellationToken: cancellation)));
        var events = ImmutableArray.CreateBuilder<BoardEvent>();
        foreach (var (name, found) in all.Zip(pages))
        {
            if (!found.TryGetValue(out var page))
            {
                if (found.Refusal!.Errno != Errno.ENOENT)
                {
                    return DmaResult.Refuse<(ImmutableArray<BoardEvent>, BoardCursor)>(found.Refusal);
                }

                cursor = cursor.Without(name);
                continue;
            }

            var isNew = !cursor.Told.ContainsKey(name);
            var told = isNew ? SinceItsExport(page.Events) : page.Events;
            foreach (var (index, each) in told.Index())
            {
                cursor = cursor.With(name, each.Id);
                events.Add(new(new(name, BufferEventReport.From(each)), cursor, index == 0 && !isNew && page.HasGap));
            }

            cursor = names.Contains(name) ? cursor.With(name, page.Next) : cursor.Without(name);
        }

        return DmaResult.Grant((events.ToImmutable(), cursor));
    }

    /// <summary>The names of the board's buffers.</summary>
    private async Task<DmaResult<HashSet<string>>> ListAsync(CancellationToken cancellation)
    {
        var names = new HashSet<string>();
        for (string? next = string.Empty; next is not null;)
        {
            var listed = await grains.GetBoard(board).ListBuffersAsync(next, BoardCursor.BuffersMax + 1, cancellation);
            if (!listed.TryGetValue(out var page))
            {
                return DmaResult.Refuse<HashSet<string>>(listed.Refusal!);
            }

            names.UnionWith(page.Names);
            if (names.Count > BoardCursor.BuffersMax)
            {
                return DmaResult.Refuse<HashSet<string>>(BoardCursor.TooMany(names.Count));
            }

            next = page.Next;
        }

        return DmaResult.Grant(names);
    }

    /// <summary>The events of a buffer that has appeared: earlier ones are of buffers that had its name.</summary>
    private static ImmutableArray<BufferEvent> SinceItsExport(ImmutableArray<BufferEvent> events)
    {
        var export = events.Select((each, index) => (each, index)).LastOrDefault(pair => pair.each is { Kind: Model.Buffers.RememberedKind.Export, Refusal: null });
        return export.each is null ? events : events[export.index..];
    }
}
