using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Kernel.Listings;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains import</c>, and of it <c>bufinfo FILE</c>.</summary>
internal sealed class ImportCommand
{
    private readonly Argument<string> _file = new("FILE")
    {
        Description = "The text: /sys/kernel/debug/dma_buf/bufinfo, what 'buffer describe' prints, or the lines or the folder of "
            + "/sys/kernel/dmabuf/buffers; - for standard input.",
    };

    private readonly Option<string?> _board = new("--board")
    {
        Description = "A board file, or a shipped board's name: could it serve the importers of each buffer?",
        HelpName = "BOARD",
    };

    private readonly Option<string[]> _device = KernelNamesOption.Create();

    private readonly Option<bool> _watch = new("--watch")
    {
        Description = "Read the file repeatedly and show what changed, until it is gone or Ctrl-C; with --json one document each time.",
    };

    private readonly Option<string?> _record = OutputFile.Option(
        "--record", "With --watch: a file to write what changes to, with times. 'dmagrains experiment' plays it again.");

    private readonly OutputFile _files;
    private readonly Option<int> _period = PeriodOption.Create();
    private readonly Option<bool> _json = CommonOptions.Json();

    private ImportCommand() => _files = new OutputFile(_record);

    /// <summary>The command.</summary>
    public static Command Create() => new(
        "import",
        """
        Reads what a running kernel shows or recorded of its buffers.

        Example:
          dmagrains import bufinfo /sys/kernel/debug/dma_buf/bufinfo
          dmagrains import trace /sys/kernel/tracing/trace
          dmagrains import log dmesg.txt
        """)
    {
        new ImportCommand().Bufinfo(),
        new ImportTraceCommand().Trace(),
        new ImportLogCommand().Log(),
    };

    private Command Bufinfo()
    {
        var command = new Command(
            "bufinfo",
            """
            Lists a kernel's buffers, their totals and who holds what; with --board, whether all importers of a buffer could be served.
            What is outside the listing (a report around it, log lines, prompts, colours) is left out and reported.
            Exit code 1: the text stops short or contradicts itself, the board cannot serve the importers of a buffer, or knows none.

            Example:
              dmagrains import bufinfo /sys/kernel/debug/dma_buf/bufinfo
              dmagrains import bufinfo bufinfo.txt --board raspberry-pi-4 --device fec00000.v3d=v3d
              dmagrains import bufinfo /sys/kernel/debug/dma_buf/bufinfo --watch --every 1000
              dmagrains import bufinfo /sys/kernel/debug/dma_buf/bufinfo --watch --every 100 --record camera.jsonl
            """)
        {
            _file, _board, _device, _watch, _period, _record, _files.Force, _json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = parsed.GetRequiredValue(_file);
            var board = parsed.GetValue(_board) is { } name ? ShippedFiles.ReadBoard(name) : null;
            var fit = FitOf(board, parsed.GetValue(_device) ?? []);
            if (parsed.GetValue(_record) is not null && !parsed.GetValue(_watch))
            {
                throw new UsageException("--record is given without --watch: expected both.");
            }

            _files.Check(parsed);
            return parsed.GetValue(_watch)
                ? await WatchAsync(parsed, board, fit, cancellation)
                : Show(parsed, ReadMatched(file, parsed.GetValue(_device) ?? []), board, fit);
        });
        return command;
    }

    private static ImportedListing Read(string file) => StandardInput.Is(file)
        ? KernelListing.Read(StandardInput.Name, StandardInput.Open)
        : KernelListing.Read(file);

    /// <summary>Refuses a KERNEL name that no buffer has: a misspelt name must not look like success.</summary>
    private static ImportedListing ReadMatched(string file, string[] renames)
    {
        var listing = Read(file);
        KernelNamesOption.Check(renames, [.. listing.Devices], "attached to any buffer");
        return listing;
    }

    private static BoardFit? FitOf(BoardDefinition? board, string[] renames)
    {
        var renamed = KernelNamesOption.Read(board, renames);
        return board is null ? null : BoardFit.On(board, renamed);
    }

    private int Show(ParseResult parsed, ImportedListing listing, BoardDefinition? board, BoardFit? fit)
    {
        var report = ImportReport.Of(parsed.GetRequiredValue(_file), listing, board?.Name, fit);
        Terminal.Answer(parsed, _json, report, ImportText.Write);

        return report.Good ? ExitCode.Good : ExitCode.Refused;
    }

    private async Task<int> WatchAsync(ParseResult parsed, BoardDefinition? board, BoardFit? fit, CancellationToken cancellation)
    {
        var file = parsed.GetRequiredValue(_file);
        if (StandardInput.Is(file))
        {
            throw new UsageException("--watch reads the file repeatedly: expected a file, not standard input.");
        }

        var shown = Read(file);
        var period = PeriodOption.ValueOf(parsed, _period);
        var output = _files.Open(parsed, _record);
        var recording = new RecordingWriter(output, TimeProvider.System);
        Record(parsed, () => recording.Begin(file, period, shown));
        Show(parsed, shown, board, fit);
        using var timer = new PeriodicTimer(period);
        try
        {
            await FollowAsync(parsed, timer, shown, recording, cancellation);
        }
        finally
        {
            Record(parsed, recording.End);
        }

        return ExitCode.Good;
    }

    private async Task FollowAsync(
        ParseResult parsed, PeriodicTimer timer, ImportedListing shown, RecordingWriter recording, CancellationToken cancellation)
    {
        var file = parsed.GetRequiredValue(_file);
        var terminal = Terminal.Of(parsed);
        while (await timer.WaitForNextTickAsync(cancellation) && Exists(file))
        {
            var now = Read(file);
            var changes = ListingChange.Between(shown, now);
            shown = now;
            Record(parsed, () => recording.Add(changes));
            if (changes.IsEmpty)
            {
                continue;
            }

            if (parsed.GetValue(_json))
            {
                terminal.Json(new { file, changes, buffer_count = now.Buffers.Length, size_bytes = now.SizeBytes });
            }
            else
            {
                ImportText.Write(terminal, changes);
                terminal.Line($"now {Counted.Of((ulong)now.Buffers.Length, "buffer")}, {Counted.Of(now.SizeBytes, "byte")}");
            }
        }
    }

    private void Record(ParseResult parsed, Action write) => OutputFile.Try(parsed, _record, write);

    private static bool Exists(string file) => File.Exists(file) || Directory.Exists(file);
}
