using System.Globalization;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Diagnostics;

namespace DmaGrains.Silo.Telemetry;

/// <summary>Gives what DmaGrains and Orleans measure and trace to whoever collects it. Without settings for that, nothing is collected.</summary>
internal static class SiloTelemetry
{
    private const string OrleansMeter = "Microsoft.Orleans";
    private const string RuntimeMeter = "System.Runtime";

    /// <summary>Adds what the settings ask for, which is something.</summary>
    public static void AddTo(IHostApplicationBuilder builder, SiloSettings settings)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                "dmagrains-silo",
                serviceVersion: SiloProgram.Version,
                serviceInstanceId: string.Create(CultureInfo.InvariantCulture, $"{settings.Advertise}:{settings.SiloPort}")))
            .WithMetrics(metrics => AddMetrics(metrics, settings));
        if (settings.Traces)
        {
            telemetry.WithTracing(traces => traces
                .AddSource(DmaGrainsTelemetry.Name, ActivitySources.ApplicationGrainActivitySourceName)
                .AddOtlpExporter(otlp => Set(otlp, settings, "v1/traces")));
        }
    }

    /// <summary>Maps <c>/metrics</c>, for Prometheus.</summary>
    /// <param name="readers">The paths for those who may read.</param>
    public static void MapOn(IEndpointRouteBuilder readers) => readers.MapPrometheusScrapingEndpoint("/metrics");

    private static void AddMetrics(MeterProviderBuilder metrics, SiloSettings settings)
    {
        metrics.AddMeter(DmaGrainsTelemetry.Name, OrleansMeter, RuntimeMeter);
        if (settings.Prometheus)
        {
            metrics.AddPrometheusExporter();
        }

        if (settings.Otlp is not null)
        {
            metrics.AddOtlpExporter(otlp => Set(otlp, settings, "v1/metrics"));
        }
    }

    /// <summary>Headers, which may hold a secret, come from OTEL_EXPORTER_OTLP_HEADERS in the environment, which the exporter reads.</summary>
    private static void Set(OtlpExporterOptions otlp, SiloSettings settings, string path)
    {
        var isHttp = settings.OtlpOverHttp == true;
        otlp.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        otlp.Endpoint = isHttp ? new(settings.Otlp!, path) : settings.Otlp!;
    }
}
