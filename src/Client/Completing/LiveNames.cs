using System.CommandLine;
using System.CommandLine.Completions;
using DmaGrains.Client.Commands;
using DmaGrains.Client.Live;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Client.Completing;

/// <summary>
/// Names that may stand for an argument: what comes with the program, and, where the line already has <c>--gateway</c> or <c>--data</c>, what the
/// silo or the file has. An argument's name tells what it is.
/// </summary>
internal static class LiveNames
{
    /// <summary>Whoever waits longer at a Tab types on instead.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    /// <summary>Lets all arguments and options of a command, and of those below it, offer names.</summary>
    public static void AddTo(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.CompletionSources.Add(context => NamesFor(argument.Name, command.Name, context));
        }

        foreach (var option in command.Options.Where(option => option.HelpName is "BOARD"))
        {
            option.CompletionSources.Add(context => NamesFor("BOARD", command.Name, context));
        }

        foreach (var child in command.Subcommands)
        {
            AddTo(child);
        }
    }

    private static IEnumerable<CompletionItem> NamesFor(string argument, string command, CompletionContext context) => argument switch
    {
        "SCENARIO" => Items(ShippedFiles.Scenarios),
        "NAME" when command == "show" =>
            Items(ShowCommand.NamesAfter(Given(context, "NAME"))),
        "BOARD" => Items([.. ShippedFiles.Boards, .. Ask(context, BoardsAsync)]),
        "BOARD/BUFFER" => Items(Ask(context, BuffersAsync)),
        "BOARD/DEVICE" or "BOARD/DEVICE|FILE" => Items(ShippedFiles.Boards.SelectMany(board => DevicesOf(board).Select(device => $"{board}/{device}"))),
        "DEVICE" when Given(context, "BOARD/BUFFER") is { } buffer && BoardOf(buffer) is { } board => Items(
            ShippedFiles.Board(board) is null ? Ask(context, (grains, stop) => DevicesAsync(grains, board, stop)) : DevicesOf(board)),
        "ATTACHMENT" => Items(AskBuffer(context, buffer => buffer.Attachments.Select(attachment => attachment.Name))),
        "MAPPING" => Items(AskBuffer(context, buffer => buffer.Mappings.Select(mapping => mapping.Name))),
        _ => [],
    };

    private static IEnumerable<CompletionItem> Items(IEnumerable<string> names) => names.Select(name => new CompletionItem(name));

    private static string? Given(CompletionContext context, string argument) =>
        ValueOf(context, context.ParseResult.CommandResult.Command.Arguments, argument);

    private static string? BoardOf(string path) => path.Split('/') is [var board, _] ? board : null;

    private static IEnumerable<string> DevicesOf(string board) => ShippedFiles.ReadBoard(board).Devices.Select(device => device.Name);

    /// <summary>Asks the silo or the file that the line names. Errors are not shown while a line is completed: when anything fails, no names are offered.</summary>
    private static List<string> Ask(CompletionContext context, Func<IGrainFactory, CancellationToken, Task<List<string>>> ask)
    {
        var gateway = Option(context, "--gateway");
        var data = Option(context, "--data");
        if (gateway is null && !File.Exists(data))
        {
            return [];
        }

        try
        {
            return Task.Run(async () =>
            {
                using var patience = new CancellationTokenSource(_patience);
                await using var connection = await Connection.OpenAsync(gateway, GatewayAccess.Of(context.ParseResult), data, null, patience.Token);
                return await ask(connection.Grains, patience.Token);
            }).Result;
        }
        catch (AggregateException)
        {
            return [];
        }
    }

    private static string? Option(CompletionContext context, string name) =>
        ValueOf(context, context.ParseResult.CommandResult.Command.Options, name);

    private static string? ValueOf(CompletionContext context, IEnumerable<Symbol> known, string name) =>
        known.FirstOrDefault(symbol => symbol.Name == name) is { } found
            && context.ParseResult.GetResult(found)?.Tokens is [var token, ..] ? token.Value : null;

    private static List<string> AskBuffer(CompletionContext context, Func<DmaBuffer, IEnumerable<string>> names) =>
        Given(context, "BOARD/BUFFER")?.Split('/') is [var board, var name]
            ? Ask(context, async (grains, stop) =>
                (await grains.GetBuffer(board, name).DescribeAsync(stop)).TryGetValue(out var buffer) ? [.. names(buffer)] : [])
            : [];

    private static async Task<List<string>> BoardsAsync(IGrainFactory grains, CancellationToken stop)
    {
        var boards = new List<string>();
        await foreach (var page in grains.GetBoards().BoardPagesAsync(cancellation: stop))
        {
            boards.AddRange(page);
        }

        return boards;
    }

    private static async Task<List<string>> BuffersAsync(IGrainFactory grains, CancellationToken stop)
    {
        var buffers = new List<string>();
        foreach (var board in await BoardsAsync(grains, stop))
        {
            await foreach (var page in grains.GetBoard(board).BufferPagesAsync(cancellation: stop))
            {
                buffers.AddRange(page.Select(name => $"{board}/{name}"));
            }
        }

        return buffers;
    }

    private static async Task<List<string>> DevicesAsync(IGrainFactory grains, string board, CancellationToken stop) =>
        (await grains.GetBoard(board).GetAsync(stop)).TryGetValue(out var found) ? [.. found.Devices.Select(device => device.Name)] : [];
}
