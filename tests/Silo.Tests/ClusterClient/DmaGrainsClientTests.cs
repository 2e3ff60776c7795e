using DmaGrains.ClusterClient;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Tests.Machines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DmaGrains.Silo.Tests.ClusterClient;

/// <summary>The client library with silos in processes of their own.</summary>
public sealed class DmaGrainsClientTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Services_that_start_with_the_program_have_grains()
    {
        using var silo = await SiloProcess.StartReadyAsync([]);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("DmaGrains:Gateways:0", silo.Gateway), new("DmaGrains:Retries", "1")]);
        builder.AddDmaGrainsClient(options => options.RetryDelay = TimeSpan.Zero);
        builder.Services.AddHostedService<DefiningService>();
        using var host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);

        var grains = host.Services.GetRequiredService<IClusterClient>();
        await SmallBoard.ExportAsync(grains, 1);
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Throws<InvalidOperationException>(() => SmallBoard.Buffer(grains, 1));
    }

    [Fact]
    public async Task A_gateway_that_is_away_at_first_is_waited_for()
    {
        using var away = await SiloProcess.StartReadyAsync([]);
        await away.Process.KillAsync();
        using var host = HostOf(options => options.Gateways.Add(away.Gateway));
        var starting = host.StartAsync(TestContext.Current.CancellationToken);

        using var back = away.StartAgain();
        await starting.WaitAsync(_patience, TestContext.Current.CancellationToken);

        await SmallBoard.DefineAsync(host.Services.GetRequiredService<IGrainFactory>());
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    // More than Polly hedges, and only one of them answers.
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(11)]
    public async Task Gateways_that_are_away_leave_the_one_that_is_there(int away)
    {
        using var silo = await SiloProcess.StartReadyAsync([]);
        var options = Once(silo.Gateway);
        options.NextGatewayDelay = TimeSpan.Zero;
        foreach (var port in Enumerable.Range(1, away))
        {
            options.Gateways.Add($"127.0.0.1:{port}");
        }

        await using var client = await DmaGrainsClient.ConnectAsync(options, TestContext.Current.CancellationToken);

        await SmallBoard.DefineAsync(client.Grains);
    }

    [Fact]
    public async Task A_client_that_connects_too_late_is_disposed_of()
    {
        using var silo = await SiloProcess.StartReadyAsync([]);
        var cancellation = TestContext.Current.CancellationToken;
        var options = new DmaGrainsClientOptions { Gateways = { "127.0.0.1:1", "127.0.0.1:2" }, NextGatewayDelay = TimeSpan.Zero };
        var clients = new List<DmaGrainsClient>();
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var connecting = new Connecting(options, async (_, _) =>
        {
            var client = await DmaGrainsClient.ConnectAsync(Once(silo.Gateway), cancellation);
            lock (clients)
            {
                clients.Add(client);
                if (clients.Count == 2)
                {
                    both.SetResult();
                }
            }

            await both.Task;
            return client;
        });

        await using var taken = await connecting.RunAsync(cancellation);

        var late = Assert.Single(clients, client => client != taken);
        await UntilDisposedAsync(late).WaitAsync(_patience, cancellation);
        await SmallBoard.DefineAsync(taken.Grains);
    }

    [Fact]
    public async Task A_command_whose_silo_is_killed_is_sent_again_under_its_id()
    {
        var silo = await SiloProcess.StartReadyAsync([("DMAGRAINS_DATA", _folder.File("state.db"))]);
        try
        {
            await using var client = await DmaGrainsClient.ConnectAsync(Once(silo.Gateway), TestContext.Current.CancellationToken);
            await SmallBoard.DefineAsync(client.Grains);
            await SmallBoard.ExportAsync(client.Grains, 1);
            var buffer = SmallBoard.Buffer(client.Grains, 1);
            var id = new DmaCaller().Next();

            await silo.Process.SignalAsync("STOP");
            var attaching = buffer.AttachAsync("second", "gpu", id);
            await silo.Process.KillAsync();
            silo.Dispose();
            silo = silo.StartAgain();
            var reply = await attaching.WaitAsync(_patience, TestContext.Current.CancellationToken);

            Assert.True(reply.IsGranted);
            Assert.NotEqual(0UL, client.SentAgain);
            Assert.True((await buffer.AttachAsync("second", "gpu", id)).IsGranted);
            Assert.Equal(["first", "second"], await SmallBoard.AttachmentsAsync(client.Grains, 1));
        }
        finally
        {
            silo.Dispose();
        }
    }

    [Fact]
    public async Task Who_gives_up_waits_neither_for_a_gateway_nor_for_a_reply()
    {
        using var silo = await SiloProcess.StartReadyAsync([]);
        using var waiting = new CancellationTokenSource();
        await using var client = await DmaGrainsClient.ConnectAsync(
            Once(silo.Gateway), TestContext.Current.CancellationToken, waiting.Token);
        await SmallBoard.DefineAsync(client.Grains);
        using var connecting = new CancellationTokenSource();
        using var asking = new CancellationTokenSource();
        await silo.Process.SignalAsync("STOP");
        var asked = SmallBoard.Buffer(client.Grains, 1).DescribeAsync(asking.Token);
        var calling = SmallBoard.ExportAsync(client.Grains, 1);
        var late = DmaGrainsClient.ConnectAsync(new() { Gateways = { silo.Gateway } }, connecting.Token);

        Assert.False(calling.IsCompleted || late.IsCompleted || asked.IsCompleted);
        await asking.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.False(calling.IsCompleted || late.IsCompleted);
        await connecting.CancelAsync();
        await waiting.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);
        Assert.Equal(0UL, client.SentAgain);
    }

    [Fact]
    public async Task A_client_that_is_disposed_of_waits_for_no_reply()
    {
        using var silo = await SiloProcess.StartReadyAsync([]);
        var client = await DmaGrainsClient.ConnectAsync(Once(silo.Gateway), TestContext.Current.CancellationToken);
        await SmallBoard.DefineAsync(client.Grains);
        await silo.Process.SignalAsync("STOP");
        var calling = SmallBoard.ExportAsync(client.Grains, 1);
        Assert.False(calling.IsCompleted);

        await client.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);
    }

    [Fact]
    public async Task A_silo_that_hangs_answers_nobody_in_time()
    {
        using var silo = await SiloProcess.StartReadyAsync([]);
        await silo.Process.SignalAsync("STOP");
        var options = Once(silo.Gateway);
        options.ConnectTimeout = TimeSpan.FromMilliseconds(300);

        var trouble = await Assert.ThrowsAsync<NoReplyException>(() => DmaGrainsClient.ConnectAsync(options, TestContext.Current.CancellationToken));

        Assert.Equal($"No silo answers at {silo.Gateway} within 0.3 seconds: expected the gateway of a running silo.", trouble.Message);
    }

    [Fact]
    public async Task A_silo_of_another_cluster_is_not_taken()
    {
        using var silo = await SiloProcess.StartReadyAsync([]);
        var options = Once(silo.Gateway);
        options.ClusterId = "another";
        options.ConnectTimeout = TimeSpan.FromSeconds(1);

        await Assert.ThrowsAsync<GatewayRefusedException>(() => DmaGrainsClient.ConnectAsync(options, TestContext.Current.CancellationToken));
    }

    private static DmaGrainsClientOptions Once(string gateway) => new() { Gateways = { gateway }, ConnectRetries = 0 };

    private static async Task UntilDisposedAsync(DmaGrainsClient client)
    {
        while (true)
        {
            try
            {
                _ = client.Grains;
                await Task.Yield();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static IHost HostOf(Action<DmaGrainsClientOptions> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDmaGrainsClient(configure);
        return builder.Build();
    }

    /// <summary>A service of the program, which is created before the client connects and started afterwards.</summary>
    private sealed class DefiningService(IGrainFactory grains) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => SmallBoard.DefineAsync(grains);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
