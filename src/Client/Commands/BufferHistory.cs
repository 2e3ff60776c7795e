using System.CommandLine;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Reports;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains buffer history</c>.</summary>
internal static class BufferHistory
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var after = AfterOption.Create("all that are kept");
        return BufferContext.Create(
            "history",
            "Shows what happened to a buffer: who asked for what, when, and how it ended. The last 32 to 64 events are kept, also when the buffer "
            + "is gone. Commands without an id are not told when they were refused or changed nothing; this program gives each command an id.",
            string.Empty,
            [after],
            async buffer =>
            {
                var read = await buffer.Grain.HistoryAsync(buffer.Live.Parsed.GetValue(after) ?? default, cancellationToken: buffer.Live.Cancellation);
                if (!read.TryGetValue(out var page))
                {
                    return buffer.Live.Refuse(read.Refusal!);
                }

                buffer.Live.Answer(ReportOf(page), HistoryText.Write);
                return ExitCode.Good;
            });
    }

    /// <summary>The report of a part of a history.</summary>
    public static HistoryReport ReportOf(HistoryPage page) => HistoryReport.Of(page.HasGap, page.Next, page.Events);
}
