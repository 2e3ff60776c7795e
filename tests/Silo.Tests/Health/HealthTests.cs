using System.Net;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Tests.Shared.Ports;

namespace DmaGrains.Silo.Tests.Health;

/// <summary>What an orchestrator sees. Each test has a server of its own, to kill.</summary>
public sealed class HealthTests
{
    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Active_silo_in_memory_is_live_and_ready()
    {
        var port = FreePort.Next();
        using var silo = await SiloProcess.StartReadyAsync([], "--health-port", $"{port}");

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(port, "live")).Code);
        Assert.Equal((HttpStatusCode.OK, "silo: ok\nstorage: ok\n"), await GetAsync(port, "ready"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(port, "other")).Code);
    }

    [Fact]
    public async Task Ports_that_an_image_sets_for_any_server_are_not_warned_of()
    {
        using var silo = await SiloProcess.StartReadyAsync([("ASPNETCORE_HTTP_PORTS", "8080")], "--health-port", $"{FreePort.Next()}");

        Assert.DoesNotContain("warn", silo.Process.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_is_live_and_not_ready_while_PostgreSQL_is_gone()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        (string, string)[] settings =
            [("DMAGRAINS_STORAGE", "postgresql"), ("DMAGRAINS_POSTGRESQL", await server.NewDatabaseAsync())];

        await GoesAndComesBackAsync(settings, server.KillAsync, server.StartAgainAsync);
    }

    [Fact]
    public async Task Silo_says_that_it_is_not_ready_while_PostgreSQL_hangs()
    {
        // An orchestrator asks every few seconds, and waits no longer; connecting to a server that hangs takes 5.
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        var port = FreePort.Next();
        await using var server = await PostgreSqlServer.StartAsync();
        using var silo = await SiloProcess.StartReadyAsync(
            [("DMAGRAINS_STORAGE", "postgresql"), ("DMAGRAINS_POSTGRESQL", await server.NewDatabaseAsync())], "--health-port", $"{port}");
        await server.HangAsync();
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/ready"), Cancellation);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
        finally
        {
            await server.GoOnAsync();
        }
    }

    [Fact]
    public async Task Silo_is_live_and_not_ready_while_Redis_is_gone()
    {
        await using var server = await RedisServer.StartAsync();
        (string, string)[] settings = [("DMAGRAINS_STORAGE", "redis"), ("DMAGRAINS_REDIS", server.NewDatabase())];

        await GoesAndComesBackAsync(settings, server.KillAsync, () => server.StartAgainAsync());
    }

    private static async Task GoesAndComesBackAsync((string, string)[] settings, Func<Task> kill, Func<Task> startAgain)
    {
        var port = FreePort.Next();
        using var silo = await SiloProcess.StartReadyAsync(settings, "--health-port", $"{port}");
        await using var connection = await silo.ConnectAsync();
        await SmallBoard.DefineAsync(connection.Grains);
        await SmallBoard.ExportAsync(connection.Grains, 1);
        Assert.Equal((HttpStatusCode.OK, "silo: ok\nstorage: ok\n"), await GetAsync(port, "ready"));

        await kill();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "silo: ok\nstorage: failed\n"), await GetAsync(port, "ready"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(port, "live")).Code);
        await startAgain();
        await UntilReadyAsync(port);
        Assert.Equal(["first"], await SmallBoard.AttachmentsAsync(connection.Grains, 1));
        Assert.True((await SmallBoard.Buffer(connection.Grains, 1).AttachAsync("second", "gpu")).IsGranted);
    }

    private static async Task UntilReadyAsync(int port)
    {
        // A Redis connection is tried anew in its own time; each look takes its time too.
        for (var look = 0; look < 1000; look++)
        {
            if ((await GetAsync(port, "ready")).Code == HttpStatusCode.OK)
            {
                return;
            }
        }

        Assert.Fail("The silo did not become ready when its storage had come back.");
    }

    private static async Task<(HttpStatusCode Code, string Text)> GetAsync(int port, string path)
    {
        using var response = await _http.GetAsync(new Uri($"http://127.0.0.1:{port}/{path}"), Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }
}
