using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains buffer watch</c>.</summary>
internal static class BufferWatch
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var path = BufferCommand.PathArgument();
        var period = new Option<int>("--every")
        {
            Description = "Milliseconds between two looks, 10 to 60000.",
            HelpName = "MS",
            DefaultValueFactory = _ => 500,
            CustomParser = ParsePeriod,
        };
        return new LiveCommand(
            "watch",
            """
            Shows a buffer again whenever it has changed, until it is gone or Ctrl-C; with --json one document each time.

            Example:
              dmagrains buffer watch raspberry-pi-4/frame --gateway 127.0.0.1:30000
            """,
            path, period).Does(BufferCommand.BoardOf(path), async live =>
        {
            var buffer = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            try
            {
                return await WatchAsync(live, buffer, TimeSpan.FromMilliseconds(live.Parsed.GetValue(period)));
            }
            catch (OperationCanceledException) when (live.Cancellation.IsCancellationRequested)
            {
                // Ctrl-C is how a watch ends.
                return ExitCode.Good;
            }
        });
    }

    private static int ParsePeriod(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var period) && period is >= 10 and <= 60_000)
        {
            return period;
        }

        result.AddError($"--every '{text}' is not a period: expected 10 to 60000 milliseconds.");
        return default;
    }

    private static async Task<int> WatchAsync(LiveContext live, BoardPath buffer, TimeSpan period)
    {
        var grain = live.Connection.Grains.GetBuffer(buffer.Board, buffer.Name);
        using var timer = new PeriodicTimer(period);
        var shown = string.Empty;
        do
        {
            var found = await grain.DescribeAsync();
            if (!found.TryGetValue(out var description))
            {
                return live.Refuse(found.Refusal!);
            }

            var now = Json.Text(BufferText.DocumentOf(description));
            if (now != shown)
            {
                shown = now;
                if (live.AsJson)
                {
                    live.Terminal.Line(now);
                }
                else
                {
                    BufferText.Write(live.Terminal, buffer, description);
                    live.Terminal.Line();
                }
            }

            if (description.IsGone)
            {
                return ExitCode.Good;
            }
        }
        while (await timer.WaitForNextTickAsync(live.Cancellation));

        return ExitCode.Good;
    }
}
