using System.Collections.Immutable;
using System.CommandLine;
using DmaGrains.Analysis.Advising;
using DmaGrains.Analysis.Drawing;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains advise BOARD</c>.</summary>
internal sealed class AdviseCommand
{
    private readonly Argument<string> _board = new("BOARD")
    {
        Description = "A board file, a shipped board's name, or - for standard input.",
    };

    private readonly Option<string> _devices = new("--devices")
    {
        Description = "The importers: devices of the board, separated by commas.",
        HelpName = "NAME,NAME",
        Required = true,
    };

    private readonly Option<string> _size = new("--size")
    {
        Description = "The buffer's size; for a frame WIDTHxHEIGHTxBYTES, such as 1920x1080x4.",
        HelpName = "SIZE",
        Required = true,
    };

    private readonly Option<ulong?> _stride = SizeOption.Create(
        "--stride", "Bytes from the start of one line of the frame to the start of the next.", 1, uint.MaxValue);

    private readonly Option<string?> _pin = new("--pin")
    {
        Description = "The device that has to export.",
        HelpName = "NAME",
    };

    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly Option<string?> _picture = PictureOption.Of("physical memory with the buffer where the first row allocates it");
    private readonly OutputFile _files;

    private AdviseCommand() => _files = new(_picture);

    /// <summary>The command.</summary>
    public static Command Create() => new AdviseCommand().Advise();

    private Command Advise()
    {
        var command = new Command(
            "advise",
            """
            Shows which device should export a buffer for some importers, and from which memory, what each choice costs, who is refused and why; and when
            nothing works, which importers conflict and what would help.
            Exit code 1: nothing works, or only by luck.

            Example:
              dmagrains advise raspberry-pi-4 --devices v3d,vc4 --size 1920x1080x4
              dmagrains advise raspberry-pi-4 --devices v3d,vc4 --size 1920x1080x4 --pin v3d --json
              dmagrains advise raspberry-pi-4 --devices v3d,vc4 --size 1920x1080x4 --svg placement.svg
            """)
        {
            _board, _devices, _size, _stride, _pin, _json, _picture, _files.Force,
        };
        command.SetAction(parsed =>
        {
            var request = RequestOf(parsed, ShippedFiles.ReadBoard(parsed.GetRequiredValue(_board)));
            _files.Check(parsed);
            var report = Advisor.Advise(request);
            _files.Write(parsed, _picture, () => Draw(request, report));
            Terminal.Answer(parsed, _json, report, AdviceText.Write);

            return report.Candidates[0].Verdict == Verdict.Works ? ExitCode.Good : ExitCode.Refused;
        });
        return command;
    }

    private static string Draw(AdviceRequest request, AdviceReport report)
    {
        var best = report.Candidates[0];
        return MemoryPicture.Draw(
            $"{Sizes.Format(request.SizeBytes)} for {string.Join(", ", request.Devices)} on {report.Board}",
            $"{AdviceWords.ExporterOf(best.Exporter, best.Allocates, best.Memory)}: {AdviceText.ResultOf(best)}.",
            Advisor.MemoryUnder(request, best));
    }

    private AdviceRequest RequestOf(ParseResult parsed, BoardDefinition board)
    {
        var devices = DevicesOf(parsed.GetRequiredValue(_devices).Split(','), board);
        if (devices.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new UsageException($"--devices names {twice.Key} twice: expected each device once.");
        }

        if (devices.Length > AdviceRequest.DevicesMax)
        {
            throw new UsageException($"--devices names {devices.Length} devices: expected at most {AdviceRequest.DevicesMax}.");
        }

        var (sizeBytes, lines) = SizeOf(parsed.GetRequiredValue(_size), parsed.GetValue(_stride));
        return new(board, devices, sizeBytes)
        {
            Lines = lines,
            Exporter = parsed.GetValue(_pin) is { } pin ? DeviceOf("--pin", pin, board) : null,
        };
    }

    /// <summary>The devices of a list that was cut at its commas, some of which may be within names: the longest name counts.</summary>
    private static ImmutableArray<string> DevicesOf(string[] parts, BoardDefinition board)
    {
        var devices = ImmutableArray.CreateBuilder<string>();
        for (var first = 0; first < parts.Length;)
        {
            var count = parts.Length - first;
            while (count > 1 && board.Devices.All(device => device.Name != string.Join(',', parts, first, count)))
            {
                count--;
            }

            devices.Add(DeviceOf("--devices", string.Join(',', parts, first, count), board));
            first += count;
        }

        return devices.ToImmutable();
    }

    private static string DeviceOf(string option, string name, BoardDefinition board) => board.Devices.Any(device => device.Name == name)
        ? name
        : throw new UsageException(
            $"{option} {Quoted.Text(name)}: {board.Name} has no such device; {Closest.Expecting(name, [.. board.Devices.Select(known => known.Name)])}.");

    /// <summary>The size, and the lines where the size is given as a frame.</summary>
    private static (ulong SizeBytes, VideoLines? Lines) SizeOf(string text, ulong? stride)
    {
        if (!Sizes.TryParse(text, out var sizeBytes) || sizeBytes is 0 or > BufferExport.SizeBytesMax)
        {
            throw new UsageException(
                $"--size {Quoted.Text(text)} is not a size: expected 1 to {BufferExport.SizeBytesMax}, such as {Sizes.Examples}.");
        }

        if (FrameOf(text) is not var (width, height, bytes) || (ulong)width * bytes > uint.MaxValue)
        {
            return stride is null
                ? (sizeBytes, null)
                : throw new UsageException($"--stride needs a frame: expected --size WIDTHxHEIGHTxBYTES such as 1920x1080x4, not {Quoted.Text(text)}.");
        }

        var bytesPerLine = width * bytes;
        var lines = new VideoLines(height, bytesPerLine, (uint)(stride ?? bytesPerLine));
        return lines.StrideBytes < bytesPerLine
            ? throw new UsageException($"--stride {lines.StrideBytes}: expected {bytesPerLine} or more, the bytes of a line of {text}.")
            : ((ulong)lines.StrideBytes * height, lines);
    }

    private static (uint Width, uint Height, uint Bytes)? FrameOf(string text)
    {
        ulong[] numbers = [.. text.Split('x').Select(factor => Sizes.TryParse(factor, out var value) ? value : 0)];
        return numbers is [var width and > 0 and <= uint.MaxValue, var height and > 0 and <= uint.MaxValue, var bytes and > 0 and <= uint.MaxValue]
            ? ((uint)width, (uint)height, (uint)bytes)
            : null;
    }
}
