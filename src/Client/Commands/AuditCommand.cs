using System.Collections.Immutable;
using System.CommandLine;
using DmaGrains.Analysis.Auditing;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains audit BUFFER|FILE --device NAME</c>.</summary>
internal sealed class AuditCommand
{
    private readonly Argument<string> _given = new("BUFFER|FILE")
    {
        Description = "A live buffer, BOARD/BUFFER: its mappings, or its pages when nothing is mapped. Or a file with a scatterlist (- for standard input), YAML or "
            + "JSON: entries and segments by address and length, or what run, buffer map or buffer describe print with --json.",
    };

    private readonly Option<string?> _device = NameOptions.One("--device", "NAME", "The device to check them against.");

    private readonly Option<string?> _board = new("--board")
    {
        Description = "The device's board: a file, or the name of a shipped board. Default: the board of the live buffer.",
        HelpName = "BOARD",
    };

    private readonly Option<string> _getters = WordOptions.One(
        "--getters", "How limits that its driver leaves unset are read.", Vocabulary.Getters.Keys);

    private readonly Option<string?> _gateway = CommonOptions.Gateway();
    private readonly Option<string?> _data = CommonOptions.DataFile();
    private readonly Option<bool> _json = CommonOptions.Json();

    private AuditCommand()
    {
    }

    /// <summary>The command.</summary>
    public static Command Create() => new AuditCommand().Command();

    private Command Command()
    {
        _device.Required = true;
        var command = new Command(
            "audit",
            """
            Checks a scatterlist against a device: every limit that it breaks, with the segment that breaks it, addresses that the MMU in
            front of the device never gives, and whether another list of the same pages would work. Exit code 1 when a limit is broken;
            what is only suspicious is a remark.

            Example:
              dmagrains audit list.yaml --device vc4 --board raspberry-pi-4
              dmagrains audit raspberry-pi-4/frame --device vc4 --gateway 127.0.0.1:30000
            """)
        {
            _given, _device, _board, _getters, _gateway, _data, _json,
        };
        command.Options.AddAccess();
        command.SetAction((parsed, cancellation) => IsFile(parsed.GetRequiredValue(_given))
            ? Task.FromResult(AuditFile(parsed))
            : AuditBufferAsync(parsed, cancellation));
        return command;
    }

    private static bool IsFile(string given) => StandardInput.Is(given) || File.Exists(given);

    private int AuditFile(ParseResult parsed)
    {
        var given = parsed.GetRequiredValue(_given);
        var board = BoardOf(parsed) ?? throw new UsageException("--board is not given: expected the board of the device, because a file does not name one.");
        return Answer(parsed, board, DeviceOf(parsed, board.Devices), StandardInput.Is(given)
            ? ScatterlistFile.Read(StandardInput.Name, StandardInput.Open())
            : ScatterlistFile.Read(given));
    }

    private async Task<int> AuditBufferAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var given = parsed.GetRequiredValue(_given);
        if (given.Count(c => c == '/') != 1)
        {
            throw new UsageException($"{Quoted.Text(given)} is neither a file nor a buffer: expected a file, or BOARD/BUFFER.");
        }

        var path = BoardPath.Parse(given);
        var other = BoardOf(parsed);
        await using var connection = await Connection.OpenAsync(parsed.GetValue(_gateway), GatewayAccess.Of(parsed), parsed.GetValue(_data), path.Board, cancellation);
        var live = new LiveContext(parsed, connection, Terminal.Of(parsed), parsed.GetValue(_json), cancellation);
        var found = await connection.Grains.GetBuffer(path.Board, path.Name).DescribeAsync(cancellation);
        if (!found.TryGetValue(out var buffer))
        {
            return live.Refuse(found.Refusal!);
        }

        var board = await connection.Grains.GetBoard(path.Board).GetAsync(cancellation);
        if (!board.TryGetValue(out var definition))
        {
            return live.Refuse(board.Refusal!);
        }

        var lists = GivenScatterlist.Of(buffer).ToImmutableArray();
        var from = other ?? definition;
        var device = DeviceOf(parsed, from.Devices);
        return lists.IsEmpty
            ? live.Refuse(Refusal.Of(Errno.EINVAL, "Storage", $"{path} has no pages yet: there is no list before the first map."))
            : Answer(parsed, from, device, lists);
    }

    private BoardDefinition? BoardOf(ParseResult parsed) =>
        parsed.GetValue(_board) is { } name ? ShippedFiles.ReadBoard(name) : null;

    private Device DeviceOf(ParseResult parsed, ImmutableArray<Device> devices)
    {
        var name = parsed.GetRequiredValue(_device)!;
        return devices.FirstOrDefault(device => device.Name == name) ?? throw new UsageException(
            $"The board has no device '{name}': {Closest.Expecting(name, [.. devices.Select(device => device.Name)])}.");
    }

    private int Answer(ParseResult parsed, BoardDefinition board, Device device, IEnumerable<GivenScatterlist> lists)
    {
        var report = AuditReport.Of(board, device, Vocabulary.Getters[parsed.GetRequiredValue(_getters)], lists);
        Terminal.Answer(parsed, _json, report, AuditText.Write);

        return report.Good ? ExitCode.Good : ExitCode.Refused;
    }
}
