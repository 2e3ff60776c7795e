using System.CommandLine;
using DmaGrains.Client.Output;
using DmaGrains.Reports;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains buffer watch</c>.</summary>
internal static class BufferWatch
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var period = PeriodOption.Create();
        return BufferContext.Create(
            "watch",
            "Shows a buffer again whenever it changes, until it is gone or Ctrl-C; with --json one document each time.",
            string.Empty,
            [period],
            buffer => WatchAsync(buffer, PeriodOption.ValueOf(buffer.Live.Parsed, period)));
    }

    private static async Task<int> WatchAsync(BufferContext buffer, TimeSpan period)
    {
        var live = buffer.Live;
        using var timer = new PeriodicTimer(period);
        var shown = string.Empty;
        do
        {
            var found = await buffer.Grain.DescribeAsync(buffer.Live.Cancellation);
            if (!found.TryGetValue(out var description))
            {
                return live.Refuse(found.Refusal!);
            }

            var now = ReportJson.Text(BufferReport.Of(description));
            if (now != shown)
            {
                shown = now;
                if (live.AsJson)
                {
                    live.Terminal.Line(now);
                }
                else
                {
                    BufferText.Write(live.Terminal, buffer.Path, description);
                    live.Terminal.Line();
                }
            }

            if (description.IsReleasedByAll)
            {
                return ExitCode.Good;
            }
        }
        while (await timer.WaitForNextTickAsync(live.Cancellation));

        return ExitCode.Good;
    }
}
