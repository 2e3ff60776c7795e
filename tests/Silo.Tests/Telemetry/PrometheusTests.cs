using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using DmaGrains.ClusterClient;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Tests.Shared.Ports;

namespace DmaGrains.Silo.Tests.Telemetry;

/// <summary>What Prometheus is told. The silo is a process of its own: nothing else is counted.</summary>
public sealed partial class PrometheusTests
{
    private const string Reading = "reading-token-0001";
    private const string Changing = "changing-token-0001";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_are_for_bearers_of_a_token_and_tell_everything_exactly_and_no_secret()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        using var silo = await SiloProcess.StartReadyAsync(
            [("DMAGRAINS_READ_TOKEN", Reading), ("DMAGRAINS_CHANGE_TOKEN", Changing)],
            "--http-port", $"{port}", "--prometheus", "on", "--data", folder.File("state.db"));
        await using var client = await DmaGrainsClient.ConnectAsync(new() { Gateways = { silo.Gateway }, Token = Changing }, Cancellation);
        await MeasuredBoard.PlayAsync(client.Grains);

        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(port, null)).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(port, "unknown-token-0001")).Code);
        var (code, text) = await GetAsync(port, Reading);

        Assert.Equal(HttpStatusCode.OK, code);
        Assert.DoesNotContain(Reading, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Changing, text, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Path, text, StringComparison.Ordinal);
        AssertExact(new(text));
        AssertShown(new(text));
    }

    [Fact]
    public async Task There_are_no_metrics_unless_a_setting_says_so()
    {
        var port = FreePort.Next();
        using var silo = await SiloProcess.StartReadyAsync([("DMAGRAINS_READ_TOKEN", Reading)], "--http-port", $"{port}");

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(port, Reading)).Code);
    }

    private static void AssertExact(PrometheusText metrics)
    {
        Assert.Equal(
            [
                "attach granted = 8", "attach repeated = 1", "detach granted = 6", "export granted = 5", "map granted = 6", "map refused = 1",
                "release granted = 1", "unmap granted = 6",
            ],
            metrics.Of("dmagrains_buffer_commands_total"));
        Assert.Equal(["map max_segment_count ENOMEM = 1"], metrics.Of("dmagrains_buffer_refusals_total"));
        Assert.Equal(["direct = 6"], metrics.Of("dmagrains_buffer_maps_total"));
        Assert.Equal([" = 1"], metrics.Of("dmagrains_buffer_migrations_total"));
        Assert.Equal(["attached_too_late = 1", "list_breaks_limit = 1"], metrics.Of("dmagrains_buffer_hazards_total"));
        Assert.Equal([" = 0"], metrics.Of("dmagrains_buffer_debts"));
        Assert.Equal(["ENOMEM = 1", "granted = 5"], metrics.Of("dmagrains_memory_allocations_total"));
        Assert.Equal([" = 1"], metrics.Of("dmagrains_memory_fragmentation_failures_total"));
        Assert.Contains("measured contiguous cma = 1048576", metrics.Of("dmagrains_memory_region_largest_free_bytes"));
        Assert.Contains("measured contiguous cma = 4194304", metrics.Of("dmagrains_memory_region_high_water_bytes"));
        Assert.Contains("buffer = 5", metrics.Of("dmagrains_grain_activations"));
        Assert.Equal(["sqlite = 0"], metrics.Of("dmagrains_storage_queue_depth"));
    }

    /// <summary>Every metric and label of the dashboard is there.</summary>
    private static void AssertShown(PrometheusText metrics)
    {
        var expressions = Expressions().ToList();
        var names = expressions.SelectMany(expression => Metric().Matches(expression)).Select(metric => Suffix().Replace(metric.Value, string.Empty)).Distinct();
        Assert.Empty(names.Except(metrics.Families));
        foreach (var (expression, by) in expressions.SelectMany(expression => By().Matches(expression).Select(by => (expression, by.Groups["labels"].Value))))
        {
            var family = Suffix().Replace(Metric().Match(expression).Value, string.Empty);
            string[] known = [.. metrics.LabelsOf(family), "instance", "error_type"];
            Assert.Empty(by.Split(", ").Except(known));
        }
    }

    private static IEnumerable<string> Expressions() =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "dmagrains.json"))).RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.TryGetProperty("targets", out var targets) ? targets.EnumerateArray().ToArray() : [])
            .Select(target => target.GetProperty("expr").GetString()!);

    private static async Task<(HttpStatusCode Code, string Text)> GetAsync(int port, string? token)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/metrics"), Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [GeneratedRegex(@"\b(dmagrains|orleans)_[a-z_]+(?=\{)")]
    private static partial Regex Metric();

    [GeneratedRegex(@"_(bucket|sum|count)$")]
    private static partial Regex Suffix();

    [GeneratedRegex(@"by \((?<labels>[^)]*)\)")]
    private static partial Regex By();
}
