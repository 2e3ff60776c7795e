using System.Collections.Immutable;
using System.Reflection;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Reports;
using DmaGrains.Silo.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace DmaGrains.Silo.Http;

/// <summary>Buffers and their commands over HTTP.</summary>
internal static class BufferEndpoints
{
    private const string Batch = "batch";

    /// <summary>The most buffers that a page looks at before it ends, with a filter that few meet.</summary>
    private const int LookedAtMax = 1000;

    // Buffers are read so many at a time, and a page ends when their segments and page runs are as many as make some megabytes of JSON.
    private const int ReadAtOnce = 10;
    private const int LinesMax = 20_000;

    private static readonly MethodInfo _mapCommand =
        typeof(BufferEndpoints).GetMethod(nameof(MapCommand), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>What each command does.</summary>
    private static readonly Dictionary<string, string> _does = new()
    {
        ["attach"] = "Attaches a device of the board under a new name.",
        ["detach"] = "Ends an attachment; the union relaxes to that of the others.",
        ["map"] = "Maps an attachment under a new name; the first map of a buffer allocates for all attached devices.",
        ["unmap"] = "Ends a mapping.",
        ["get-scatterlist"] = "Gets the scatterlist unmapped, for the importer to map.",
        ["put-scatterlist"] = "Puts an unmapped scatterlist back.",
        ["get-pfns"] = "Gets the page frame numbers: whole pages, the last one partly used.",
        ["put-pfns"] = "Puts page frame numbers back.",
        ["map-raw"] = "Maps what an importer got unmapped: the list as it is, or one built from the page frame numbers.",
        ["begin-cpu-access"] = "The CPU begins an access: from-device to read what a device wrote, to-device to write for one.",
        ["end-cpu-access"] = "The CPU ends an access.",
        ["cpu-access"] = "The CPU reads (from-device) or writes (to-device), with or without permission; what goes wrong is recorded as a hazard.",
        ["flush"] = "Does the cache maintenance that a map with defer-flush owes, if any.",
        ["sync-for-device"] = "Gives a mapping back to its device.",
        ["sync-for-cpu"] = "Gives a mapping to the CPU.",
        ["revoke"] = "The exporter revokes the buffer: lists become invalid, and no device can attach or map any more.",
        ["release"] = "The exporter releases the buffer; its pages are freed when the last importer detaches.",
    };

    /// <summary>Maps them.</summary>
    public static void MapBuffers(this IEndpointRouteBuilder api)
    {
        var buffers = api.MapGroup("/boards/{board}/buffers").WithTags("buffers");
        buffers.MapGet(string.Empty, ListAsync).WithName("list-buffers").WithSummary("Lists a board's buffers, a page at a time.").ForReaders();
        buffers.MapPut("/{buffer}", ExportAsync).WithName("export")
            .WithSummary("Exports a buffer; under the default policy storage is allocated at the first map.").ForChangers();
        buffers.MapGet("/{buffer}", DescribeAsync).WithName("describe").WithSummary("Shows a buffer.").ForReaders();
        buffers.MapGet("/{buffer}/constraints", GetConstraintsAsync).WithName("get-constraints").WithSummary("Shows the running union.").ForReaders();
        buffers.MapGet("/{buffer}/history", GetHistoryAsync).WithName("history")
            .WithSummary("Shows what happened to a buffer: who asked for what, when, and how it ended.").ForReaders();
        buffers.MapPost("/{buffer}/recalculate", RecalculateAsync).WithName("recalculate")
            .WithSummary("Recomputes the union from the present limits of the attached devices. Nothing changes.").ForReaders();
        buffers.MapPost("/{buffer}/test-map", TestMapAsync).WithName("test-map").WithSummary("Shows what a map would return, without mapping.").ForReaders();
        buffers.MapPost($"/{{buffer}}/{Batch}", ExecuteBatchAsync).WithName(Batch)
            .WithSummary("Carries out commands in order, in one turn with one durable write. Each has its own outcome.").ForChangers();
        foreach (var (verb, type) in RequestJson.Commands)
        {
            _mapCommand.MakeGenericMethod(type).Invoke(null, [buffers, verb]);
        }
    }

    private static void MapCommand<TCommand>(RouteGroupBuilder buffers, string verb)
        where TCommand : DmaCommand
    {
        var path = $"/{{buffer}}/{verb}";
        var endpoint = !RequestJson.HasBody(typeof(TCommand))
            ? buffers.MapPost(path, (string board, string buffer, [FromHeader(Name = IdempotencyKey.Header)] string? key, IGrainFactory grains, CancellationToken cancellation) =>
                ExecuteAsync(board, buffer, Activator.CreateInstance<TCommand>(), key, grains, cancellation))
            : buffers.MapPost(path, (string board, string buffer, TCommand command, [FromHeader(Name = IdempotencyKey.Header)] string? key, IGrainFactory grains, CancellationToken cancellation) =>
                ExecuteAsync(board, buffer, command, key, grains, cancellation));
        endpoint.WithName(verb).WithSummary(_does[verb]).ForChangers();
    }

    private static async Task<Answer<PageReport<BufferReport>>> ListAsync(
        string board,
        IGrainFactory grains,
        CancellationToken cancellation,
        string cursor = "",
        int count = PageReport.CountDefault,
        string? exporter = null,
        string? device = null,
        bool? mapped = null)
    {
        if (PageReport.CheckCount(count) is { } refusal)
        {
            return refusal;
        }

        var grain = grains.GetBoard(board);
        var known = await grain.GetAsync(cancellation);
        if (!known.IsGranted)
        {
            return known.Refusal!;
        }

        var items = ImmutableArray.CreateBuilder<BufferReport>();
        var (lookedAt, lines) = (0, 0);
        string? next = cursor;
        while (next is not null && items.Count < count && lines < LinesMax && lookedAt < LookedAtMax)
        {
            var listed = await grain.ListBuffersAsync(next, Math.Min(ReadAtOnce, count - items.Count), cancellation);
            if (!listed.TryGetValue(out var page))
            {
                return listed.Refusal!;
            }

            var described = await Task.WhenAll(page.Names.Select(name => grains.GetBuffer(board, name).DescribeAsync(cancellation)));
            var reports = described.Select(found => found.TryGetValue(out var buffer) ? buffer : null).OfType<DmaBuffer>()
                .Where(buffer => (exporter is null || buffer.Origin.Exporter == exporter)
                    && (device is null || buffer.Attachments.Any(attachment => attachment.Device == device))
                    && (mapped is null || mapped == (buffer.Mappings.Length > 0)))
                .Select(BufferReport.Of).ToList();
            items.AddRange(reports);
            lines += reports.Sum(report => report.Storage?.Extents.Length ?? 0)
                + reports.SelectMany(report => report.Mappings).Sum(mapping => mapping.Scatterlist?.Segments.Length ?? 0);
            lookedAt += Math.Max(1, page.Names.Length);
            next = page.Next;
        }

        return new PageReport<BufferReport>(items.ToImmutable(), next);
    }

    private static async Task<Answer<CommandReport>> ExportAsync(
        string board, string buffer, ExportRequest body, [FromHeader(Name = IdempotencyKey.Header)] string? key, IGrainFactory grains, CancellationToken cancellation)
    {
        var id = IdempotencyKey.Of(key);
        if (id?.Refusal is { } noId)
        {
            return noId;
        }

        if (Nulls.In(nameof(body.Memory), body.Memory) is { } isNull)
        {
            return isNull;
        }

        var export = body.ToExport(buffer, id?.Value);
        return AnswerOf("export", $"{board}/{buffer}", null, await grains.GetBuffer(board, buffer).ExportAsync(export, cancellation), null);
    }

    private static async Task<Answer<BufferReport>> DescribeAsync(string board, string buffer, IGrainFactory grains, CancellationToken cancellation) =>
        Answer<BufferReport>.Of(await grains.GetBuffer(board, buffer).DescribeAsync(cancellation), BufferReport.Of);

    private static async Task<Answer<UnionReport>> GetConstraintsAsync(string board, string buffer, IGrainFactory grains, CancellationToken cancellation) =>
        Answer<UnionReport>.Of(await grains.GetBuffer(board, buffer).GetConstraintsAsync(cancellation), UnionReport.Of);

    private static async Task<Answer<HistoryReport>> GetHistoryAsync(
        string board, string buffer, IGrainFactory grains, CancellationToken cancellation, string? after = null)
    {
        var parsed = after is null ? DmaResult.Grant(default(BufferEventId)) : BufferEventId.Parse(after);
        return parsed.TryGetValue(out var id)
            ? Answer<HistoryReport>.Of(
                await grains.GetBuffer(board, buffer).HistoryAsync(id, cancellationToken: cancellation),
                page => HistoryReport.Of(page.HasGap, page.Next, page.Events))
            : parsed.Refusal!;
    }

    private static async Task<Answer<RecalculatedReport>> RecalculateAsync(string board, string buffer, IGrainFactory grains, CancellationToken cancellation) =>
        Answer<RecalculatedReport>.Of(await grains.GetBuffer(board, buffer).RecalcConstraintsAsync(cancellation), RecalculatedReport.Of);

    private static async Task<Answer<CommandReport>> TestMapAsync(
        string board, string buffer, TestMapRequest body, IGrainFactory grains, CancellationToken cancellation)
    {
        var grain = grains.GetBuffer(board, buffer);
        var reply = await grain.TestMapAttachmentAsync(body.Attachment, body.Direction, body.Options, cancellation);
        return AnswerOf("test-map", $"{board}/{buffer}", null, reply, await AfterAsync(grain, reply, cancellation));
    }

    private static async Task<Answer<CommandReport>> ExecuteAsync(
        string board, string buffer, DmaCommand command, [FromHeader(Name = IdempotencyKey.Header)] string? key, IGrainFactory grains, CancellationToken cancellation)
    {
        var id = IdempotencyKey.Of(key);
        if (id?.Refusal is { } noId)
        {
            return noId;
        }

        var grain = grains.GetBuffer(board, buffer);
        var reply = await grain.ExecuteAsync(command with { Id = id?.Value }, cancellation);
        return AnswerOf(RequestJson.VerbOf(command), $"{board}/{buffer}", RequestJson.NameOf(command), reply, await AfterAsync(grain, reply, cancellation));
    }

    private static async Task<Answer<ImmutableArray<CommandReport>>> ExecuteBatchAsync(
        string board, string buffer, BatchRequest body, [FromHeader(Name = IdempotencyKey.Header)] string? key, IGrainFactory grains, CancellationToken cancellation)
    {
        var id = IdempotencyKey.Of(key);
        if (id?.Refusal is { } noId)
        {
            return noId;
        }

        if (Nulls.In(nameof(body.Commands), body.Commands) is { } isNull)
        {
            return isNull;
        }

        var first = id?.Value;
        ImmutableArray<DmaCommand> commands = first is null
            ? body.Commands
            : [.. body.Commands.Select((command, index) => command with { Id = first.Value with { Number = first.Value.Number + index } })];
        var grain = grains.GetBuffer(board, buffer);
        var replies = await grain.ExecuteAsync(commands, body.KeepGoing, cancellation);
        var described = await AfterAsync(grain, replies.LastOrDefault(TookAMapping), cancellation);
        return replies.Zip(commands, (reply, command) => CommandReport.Of(
            RequestJson.VerbOf(command), $"{board}/{buffer}", RequestJson.NameOf(command), reply, described)).ToImmutableArray();
    }

    /// <summary>The buffer after a command that returned a mapping, for what its device would have preferred; else null.</summary>
    private static async Task<DmaBuffer?> AfterAsync(IDmaBufferGrain buffer, DmaResult<DmaReply> reply, CancellationToken cancellation) =>
        TookAMapping(reply) && (await buffer.DescribeAsync(cancellation)).TryGetValue(out var now) ? now : null;

    private static bool TookAMapping(DmaResult<DmaReply> reply) => reply.TryGetValue(out var granted) && granted.Mapping is not null;

    private static Answer<CommandReport> AnswerOf(
        string command, string buffer, string? name, DmaResult<DmaReply> reply, DmaBuffer? described) =>
        reply.Refusal is { } refusal ? refusal : CommandReport.Of(command, buffer, name, reply, described);
}
