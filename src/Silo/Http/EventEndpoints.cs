using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Reports;
using DmaGrains.Silo.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace DmaGrains.Silo.Http;

/// <summary>
/// What happens to buffers, as server-sent events. A stream is resumed after the id of the event that came last, and tells nothing twice. It
/// ends when the caller goes away, when its token ends, and with the silo; whoever reconnects has lost nothing.
/// </summary>
internal static class EventEndpoints
{
    private const string Header = "Last-Event-ID";

    /// <summary>An event of a buffer.</summary>
    private const string Told = "event";

    /// <summary>Events before the next one are not kept any more.</summary>
    private const string Gap = "gap";

    /// <summary>Nothing has happened for a while.</summary>
    private const string Idle = "idle";

    /// <summary>The stream ends, and why.</summary>
    private const string End = "end";

    private static readonly TimeSpan _idle = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    /// <summary>Maps them.</summary>
    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        var streams = api.MapGroup("/boards/{board}").WithTags("events").RequireRateLimiting(HttpLimits.Streams).ForReaders();
        streams.MapGet("/buffers/{buffer}/events", OfBufferAsync).WithName("buffer-events")
            .WithSummary("Tells what happens to a buffer as server-sent events, from now on or after an event's id.");
        streams.MapGet("/events", OfBoardAsync).WithName("board-events")
            .WithSummary("Tells what happens to the buffers of a board as server-sent events, from now on or after an event's id.");
    }

    private static async Task<Results<ServerSentEventsResult<string>, RefusedResult>> OfBufferAsync(
        string board,
        string buffer,
        HttpRequest request,
        StreamEnd end,
        IGrainFactory grains,
        CancellationToken cancellation,
        [FromHeader(Name = Header)] string? last = null,
        string? after = null)
    {
        var grain = grains.GetBuffer(board, buffer);
        var parsed = (last ?? after) is { } text ? BufferEventId.Parse(text) : DmaResult.Grant(default(BufferEventId));
        if (!parsed.TryGetValue(out var from))
        {
            return new RefusedResult(parsed.Refusal!);
        }

        var found = await grain.HistoryAsync(from, cancellationToken: cancellation);
        return found.TryGetValue(out var page)
            ? TypedResults.ServerSentEvents(FollowAsync(grain, (last ?? after) is null ? page.Next : from, request, end))
            : new RefusedResult(found.Refusal!);
    }

    private static async IAsyncEnumerable<SseItem<string>> FollowAsync(
        IDmaBufferGrain buffer, BufferEventId after, HttpRequest request, StreamEnd end, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var stop = end.Link(cancellation);
        var idle = new IdleClock(_idle);

        // Whoever listens sees at once that there is a stream, and where it begins.
        yield return new(string.Empty, Idle) { EventId = after.ToString() };
        while (end.GoesOn(request, stop.Token))
        {
            var page = await StreamEnd.AskAsync(() => buffer.HistoryAsync(after, HistoryPage.WaitMax, stop.Token), stop.Token);
            if (page is null)
            {
                continue;
            }

            if (!page.Value.TryGetValue(out var read))
            {
                yield return new(ReportJson.Line(RefusalReport.Of(page.Value.Refusal!)), End);
                yield break;
            }

            if (read.HasGap)
            {
                yield return new(string.Empty, Gap);
            }

            foreach (var told in read.Events)
            {
                yield return new(ReportJson.Line(BufferEventReport.From(told)), Told) { EventId = told.Id.ToString() };
                idle.Restart();
            }

            after = read.Next;
            if (idle.IsOver())
            {
                yield return new(string.Empty, Idle) { EventId = after.ToString() };
            }
        }
    }

    private static async Task<Results<ServerSentEventsResult<string>, RefusedResult>> OfBoardAsync(
        string board,
        HttpRequest request,
        StreamEnd end,
        IGrainFactory grains,
        CancellationToken cancellation,
        [FromHeader(Name = Header)] string? last = null,
        string? after = null)
    {
        var known = await grains.GetBoard(board).GetAsync(cancellation);
        if (!known.IsGranted)
        {
            return new RefusedResult(known.Refusal!);
        }

        var stream = new BoardStream(grains, board);
        var begun = (last ?? after) is { } text ? BoardCursor.Parse(text) : await stream.NowAsync(cancellation);
        return begun.TryGetValue(out var cursor)
            ? TypedResults.ServerSentEvents(FollowAsync(stream, cursor, request, end))
            : new RefusedResult(begun.Refusal!);
    }

    private static async IAsyncEnumerable<SseItem<string>> FollowAsync(
        BoardStream stream, BoardCursor cursor, HttpRequest request, StreamEnd end, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var stop = end.Link(cancellation);
        var idle = new IdleClock(_idle);
        yield return new(string.Empty, Idle) { EventId = cursor.ToString() };
        while (end.GoesOn(request, stop.Token))
        {
            var read = await StreamEnd.AskAsync(() => stream.ReadAsync(cursor, stop.Token), stop.Token);
            if (read is { Refusal: { } refusal })
            {
                yield return new(ReportJson.Line(RefusalReport.Of(refusal)), End);
                yield break;
            }

            if (read is { } found)
            {
                foreach (var told in found.Value.Events)
                {
                    if (told.HasGap)
                    {
                        yield return new(ReportJson.Line(new { told.Report.Buffer }), Gap);
                    }

                    yield return new(ReportJson.Line(told.Report), Told) { EventId = told.Cursor.ToString() };
                    idle.Restart();
                }

                cursor = found.Value.Next;
            }

            if (idle.IsOver())
            {
                yield return new(string.Empty, Idle) { EventId = cursor.ToString() };
            }

            await StreamEnd.PauseAsync(_period, stop.Token);
        }
    }
}
