using System.CommandLine;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Reports;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains buffer watch</c>.</summary>
internal static class BufferWatch
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var after = AfterOption.Create("the last one until now");
        var period = PeriodOption.Create();
        return BufferContext.Create(
            "watch",
            "Shows each event of a buffer, and the buffer again whenever it has changed, until it is gone or Ctrl-C; with --json one document each "
            + "time. A silo that restarts is asked again, and no event is lost or told twice.",
            string.Empty,
            [after, period],
            buffer => new Watch(buffer, PeriodOption.ValueOf(buffer.Live.Parsed, period)).RunAsync(buffer.Live.Parsed.GetValue(after)));
    }

    private sealed class Watch(BufferContext buffer, TimeSpan period)
    {
        private readonly LiveContext _live = buffer.Live;
        private string _shown = string.Empty;
        private bool _isLost;

        public async Task<int> RunAsync(BufferEventId? after)
        {
            using var timer = new PeriodicTimer(period);
            while (true)
            {
                try
                {
                    // What is shown of the buffer is never newer than the events that are told.
                    var described = await buffer.Grain.DescribeAsync(_live.Cancellation);
                    var read = await buffer.Grain.HistoryAsync(after ?? default, cancellationToken: _live.Cancellation);
                    Say(lost: null);
                    if (!described.TryGetValue(out var now) || !read.TryGetValue(out var page))
                    {
                        return _live.Refuse(described.Refusal ?? read.Refusal!);
                    }

                    Show(now, BufferHistory.ReportOf(after is null ? page with { Events = [], HasGap = false } : page));
                    after = page.Next;
                    if (now.IsReleasedByAll)
                    {
                        return ExitCode.Good;
                    }

                    await timer.WaitForNextTickAsync(_live.Cancellation);
                    await buffer.Grain.HistoryAsync(page.Next, HistoryPage.WaitMax, _live.Cancellation);
                }
                catch (NoReplyException lost)
                {
                    Say(lost);
                    await timer.WaitForNextTickAsync(_live.Cancellation);
                }
            }
        }

        private void Show(DmaBuffer now, HistoryReport history)
        {
            var report = BufferReport.Of(now);
            var text = ReportJson.Text(report);
            if (text == _shown && history is { Gap: false, Events.IsEmpty: true })
            {
                return;
            }

            if (_live.AsJson)
            {
                _live.Terminal.Json(new { history.Gap, history.Next, history.Events, Buffer = report });
            }
            else
            {
                HistoryText.Write(_live.Terminal, history);
                if (text != _shown)
                {
                    BufferText.Write(_live.Terminal, buffer.Path, now);
                    _live.Terminal.Line();
                }
            }

            _shown = text;
        }

        /// <summary>Says once that nobody answers, and once that somebody does again.</summary>
        private void Say(NoReplyException? lost)
        {
            if (lost is not null != _isLost)
            {
                _isLost = lost is not null;
                _live.Parsed.InvocationConfiguration.Error.WriteLine(
                    lost is null ? "dmagrains: there are replies again." : $"dmagrains: {lost.Message.TrimEnd('.')}. Asking again.");
            }
        }
    }
}
