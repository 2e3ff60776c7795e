using System.Collections.Concurrent;
using System.Diagnostics;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Tests.Http;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Telemetry;

public sealed class TraceTests
{
    private const string Caller = "DmaGrains.Silo.Tests.Caller";

    [Fact]
    public async Task A_trace_leads_from_the_caller_through_the_grain_to_its_storage()
    {
        var spans = new ConcurrentBag<Activity>();
        using var caller = new ActivitySource(Caller);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Caller or DmaGrainsTelemetry.Name || source.Name.StartsWith("Microsoft.Orleans", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var silo = await HttpSilo.StartAsync("--otlp", $"http://127.0.0.1:{Installed.FreePort()}", "--traces", "on");
        await SmallBoard.DefineAsync(silo.Grains);
        await SmallBoard.ExportAsync(silo.Grains, 1);
        ActivityTraceId trace;
        using (var root = caller.StartActivity("frame"))
        {
            trace = root!.TraceId;
            Assert.True((await SmallBoard.Buffer(silo.Grains, 1).AttachAsync("second", "gpu")).IsGranted);
        }

        var ours = spans.Where(span => span.TraceId == trace).ToDictionary(span => span.SpanId);
        var append = Assert.Single(ours.Values, span => span.OperationName == "append journal");
        Assert.Equal("dma-buffer/small/b1", append.GetTagItem("dmagrains.grain"));
        Assert.Equal(
            [ActivityKind.Client, ActivityKind.Server, ActivityKind.Client, ActivityKind.Internal],
            Up(append).Select(span => span.Kind));

        IEnumerable<Activity> Up(Activity? span)
        {
            for (; span is not null; span = ours.GetValueOrDefault(span.ParentSpanId))
            {
                yield return span;
            }
        }
    }
}
