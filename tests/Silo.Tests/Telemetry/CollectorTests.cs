using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Tests.Shared.Ports;

namespace DmaGrains.Silo.Tests.Telemetry;

public sealed class CollectorTests
{
    private const string Secret = "Bearer collector-secret-7Qx";

    [Fact]
    public async Task Collector_is_sent_metrics_and_traces_with_its_secret_which_is_said_nowhere()
    {
        using var folder = new TemporaryFolder();
        await using var collector = await Collector.StartAsync(FreePort.Next());
        using var silo = await SiloProcess.StartReadyAsync(
            [
                ("OTEL_METRIC_EXPORT_INTERVAL", "200"), ("OTEL_BSP_SCHEDULE_DELAY", "200"),
                ("OTEL_EXPORTER_OTLP_HEADERS", $"Authorization={Secret}"),
            ],
            "--otlp", collector.Address, "--otlp-protocol", "http", "--traces", "on", "--data", folder.File("state.db"), "--Logging:LogLevel:Default=Trace");
        await using var connection = await silo.ConnectAsync();
        await SmallBoard.DefineAsync(connection.Grains);
        await SmallBoard.ExportAsync(connection.Grains, 1);

        await collector.HasAsync("/v1/metrics", "dmagrains.buffer.commands");
        await collector.HasAsync("/v1/metrics", "orleans-catalog-activations");
        await collector.HasAsync("/v1/traces", "append journal");
        await collector.HasAsync("/v1/traces", "IDmaBufferGrain");
        Assert.Equal(Secret, collector.Authorization);
        Assert.DoesNotContain("7Qx", silo.Process.Said, StringComparison.Ordinal);
    }
}
