using System.Collections.Concurrent;
using System.Diagnostics;
using DmaGrains.ClusterClient;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Tests.Http;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Tests.Shared.Ports;

namespace DmaGrains.Silo.Tests.Telemetry;

public sealed class TraceTests
{
    private const string Caller = "DmaGrains.Silo.Tests.Caller";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trace_leads_from_the_caller_through_the_grain_to_its_storage()
    {
        await using var silo = await StartAsync(FreePort.Next());

        await AttachInATraceAsync(silo.Grains);
    }

    [Fact]
    public async Task A_trace_leads_from_a_client_through_its_gateway()
    {
        var gateway = FreePort.Next();
        await using var silo = await StartAsync(gateway);
        await using var client = await DmaGrainsClient.ConnectAsync(new() { Gateways = { $"127.0.0.1:{gateway}" }, Traces = true }, Cancellation);

        await AttachInATraceAsync(client.Grains);
    }

    private static Task<HttpSilo> StartAsync(int gateway) => HttpSilo.StartOpenAsync(
        "--otlp", $"http://127.0.0.1:{FreePort.Next()}", "--traces", "on", "--gateway-port", $"{gateway}");

    /// <summary>Attaches inside a span, and finds the spans from there to the journal.</summary>
    private static async Task AttachInATraceAsync(IGrainFactory grains)
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
        await SmallBoard.DefineAsync(grains);
        await SmallBoard.ExportAsync(grains, 1);
        ActivityTraceId trace;
        using (var root = caller.StartActivity("frame"))
        {
            trace = root!.TraceId;
            Assert.True((await SmallBoard.Buffer(grains, 1).AttachAsync("second", "gpu")).IsGranted);
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
