using System.Collections.Immutable;
using System.ComponentModel;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DmaGrains.Silo.Http;

/// <summary>Boards and their devices over HTTP.</summary>
internal static class BoardEndpoints
{
    /// <summary>Maps them.</summary>
    public static void MapBoards(this IEndpointRouteBuilder api)
    {
        var boards = api.MapGroup("/boards").WithTags("boards");
        boards.MapGet(string.Empty, ListAsync).WithName("list-boards").WithSummary("Lists the boards, a page at a time.").ForReaders();
        boards.MapPut("/{board}", DefineAsync).WithName("define-board")
            .WithSummary("Sets a board up from a board file, as JSON or YAML. The same again changes nothing; another definition needs replace=true.").ForChangers();
        boards.MapGet("/{board}", GetAsync).WithName("get-board").WithSummary("Shows a board, and how full its memory is.").ForReaders();
        boards.MapDelete("/{board}", RemoveAsync).WithName("remove-board").WithSummary("Removes a board without buffers.").ForChangers();
        boards.MapGet("/{board}/devices", ListDevicesAsync).WithName("list-devices")
            .WithSummary("Lists a board's devices, the one that should export first.").ForReaders();
        boards.MapPut("/{board}/devices/{device}", SetDeviceAsync).WithName("set-device")
            .WithSummary("Adds a device, or replaces one, from its entry in a board file.").ForChangers();
        boards.MapGet("/{board}/devices/{device}", GetDeviceAsync).WithName("get-device").WithSummary("Shows a device.").ForReaders();
        boards.MapPost("/{board}/devices/{device}/switch-context", SwitchContextAsync).WithName("switch-context")
            .WithSummary("Switches the MMU of a device to another of its contexts.").ForChangers();
    }

    private static async Task<Answer<PageReport<BoardLineReport>>> ListAsync(
        IGrainFactory grains, CancellationToken cancellation, string cursor = "", int count = PageReport.CountDefault)
    {
        if (PageReport.CheckCount(count) is { } refusal)
        {
            return refusal;
        }

        var listed = await grains.GetBoards().ListAsync(cursor, count, cancellation);
        if (!listed.TryGetValue(out var page))
        {
            return listed.Refusal!;
        }

        var found = await Task.WhenAll(page.Names.Select(name => grains.GetBoard(name).GetAsync(cancellation)));
        return new PageReport<BoardLineReport>([.. page.Names.Zip(found, BoardLineReport.Of)], page.Next);
    }

    private static async Task<Answer<BoardReport>> DefineAsync(
        string board, FileBody body, IGrainFactory grains, CancellationToken cancellation, bool replace = false)
    {
        var definition = BoardFile.Parse(body.Text, FileBody.Name);
        var grain = grains.GetBoard(board);
        var defined = await (replace ? grain.ReplaceAsync(definition, cancellation) : grain.DefineAsync(definition, cancellation));
        return defined.IsGranted ? await ReportOfAsync(definition, grains, cancellation) : defined.Refusal!;
    }

    private static async Task<Answer<BoardReport>> GetAsync(string board, IGrainFactory grains, CancellationToken cancellation)
    {
        var found = await grains.GetBoard(board).GetAsync(cancellation);
        return found.TryGetValue(out var definition) ? await ReportOfAsync(definition, grains, cancellation) : found.Refusal!;
    }

    private static async Task<BoardReport> ReportOfAsync(BoardDefinition board, IGrainFactory grains, CancellationToken cancellation) =>
        BoardReport.Of(board, await grains.GetMemory(board.Name).DescribeAsync(cancellation));

    private static async Task<Answer<BoardRemovedReport>> RemoveAsync(string board, IGrainFactory grains, CancellationToken cancellation) =>
        await grains.GetBoard(board).RemoveAsync(cancellation) is { } refusal ? refusal : new BoardRemovedReport(board);

    private static async Task<Answer<ImmutableArray<DeviceReport>>> ListDevicesAsync(
        string board, IGrainFactory grains, CancellationToken cancellation) => Answer<ImmutableArray<DeviceReport>>.Of(
        await grains.GetBoard(board).GetAsync(cancellation),
        found => [.. ExporterOrder.MostRestrictiveFirst(found.Devices, ParameterDefaults.V61).Select(device => DeviceReport.Of(device, found))]);

    private static async Task<Answer<DeviceReport>> GetDeviceAsync(
        string board, string device, IGrainFactory grains, CancellationToken cancellation)
    {
        var found = await grains.GetBoard(board).GetAsync(cancellation);
        return !found.TryGetValue(out var definition) ? found.Refusal!
            : definition.Devices.FirstOrDefault(known => known.Name == device) is { } known ? DeviceReport.Of(known, definition)
            : DmaBuffer.NoDevice(device);
    }

    private static async Task<Answer<DeviceReport>> SetDeviceAsync(
        string board, string device, FileBody body, IGrainFactory grains, CancellationToken cancellation)
    {
        var grain = grains.GetBoard(board);
        var found = await grain.GetAsync(cancellation);
        if (!found.TryGetValue(out var definition))
        {
            return found.Refusal!;
        }

        var wanted = DeviceFile.Parse(body.Text, FileBody.Name, definition);
        if (wanted.Name != device)
        {
            return Refusal.Of(Errno.EINVAL, nameof(Device.Name), $"The body is about {ModelName.Quoted(wanted.Name)}, the path about {ModelName.Quoted(device)}: expected the same name.");
        }

        var set = await grain.SetDeviceAsync(wanted, cancellation);
        return set.TryGetValue(out var changed) ? DeviceReport.Of(changed, (await grain.GetAsync(cancellation)).Value) : set.Refusal!;
    }

    private static async Task<Answer<ContextSwitchedReport>> SwitchContextAsync(
        string board, string device, ContextRequest request, IGrainFactory grains, CancellationToken cancellation) =>
        await grains.GetBoard(board).SwitchContextAsync(device, request.Context, cancellation) is { } refusal
            ? refusal
            : new ContextSwitchedReport($"{board}/{device}", request.Context);
}

/// <summary>The context to switch to.</summary>
internal sealed record ContextRequest(
    [property: Description("From 0.")] uint Context);
