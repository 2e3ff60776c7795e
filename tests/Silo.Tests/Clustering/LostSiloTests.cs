using System.Diagnostics;
using System.Globalization;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Clustering;

/// <summary>Silos in processes of their own, and the loss of some. Times are told, and held only against what nobody would accept.</summary>
public sealed class LostSiloTests(Servers servers)
{
    private const int Buffers = 12;

    private static readonly TimeSpan _unacceptable = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(StorageKind.PostgreSql, 2)]
    [InlineData(StorageKind.PostgreSql, 3)]
    [InlineData(StorageKind.Redis, 2)]
    [InlineData(StorageKind.Redis, 3)]
    public async Task What_one_silo_wrote_is_read_through_another_after_SIGKILL(StorageKind kind, int silos)
    {
        var cluster = await StartAsync(await servers.NewStorageAsync(kind, isCluster: true), silos);
        try
        {
            await using (var writer = await cluster[0].ConnectAsync())
            {
                await WriteAsync(writer.Grains);
            }

            await using var reader = await cluster[^1].ConnectAsync();
            await AssertWrittenAsync(reader.Grains);

            await cluster[0].Process.KillAsync();

            await MeasureAsync("every buffer read after the loss", () => AssertWrittenAsync(reader.Grains));
            Assert.True((await SmallBoard.Buffer(reader.Grains, 0).AttachAsync("second", "gpu")).IsGranted);
        }
        finally
        {
            cluster.ForEach(silo => silo.Dispose());
        }
    }

    [Theory]
    [InlineData(StorageKind.PostgreSql)]
    [InlineData(StorageKind.Redis)]
    public async Task A_client_with_two_gateways_goes_on_when_either_silo_is_lost(StorageKind kind)
    {
        var cluster = await StartAsync(await servers.NewStorageAsync(kind, isCluster: true), 2);
        try
        {
            await using var client = await SiloProcess.ConnectAsync($"{cluster[0].Gateway},{cluster[1].Gateway}");
            await WriteAsync(client.Grains);

            await cluster[0].Process.KillAsync();

            await MeasureAsync("every buffer read after the loss", () => AssertWrittenAsync(client.Grains));
            await using var late = await SiloProcess.ConnectAsync($"{cluster[0].Gateway},{cluster[1].Gateway}");
            await AssertWrittenAsync(late.Grains);
        }
        finally
        {
            cluster.ForEach(silo => silo.Dispose());
        }
    }

    [Theory]
    [InlineData(StorageKind.PostgreSql, 2)]
    [InlineData(StorageKind.Redis, 3)]
    public async Task A_silo_that_hangs_is_given_up_and_ends_when_it_wakes(StorageKind kind, int silos)
    {
        var cluster = await StartAsync(await servers.NewStorageAsync(kind, isCluster: true), silos);
        try
        {
            await using (var writer = await cluster[0].ConnectAsync())
            {
                await WriteAsync(writer.Grains);
            }

            await using var reader = await cluster[^1].ConnectAsync();

            await cluster[0].Process.SignalAsync("STOP");

            await MeasureAsync("every buffer read after the hang", () => AssertWrittenAsync(reader.Grains));

            // Where nothing of the boards was on it, nobody had to wait for it.
            await MeasureAsync("given up after the hang", () => UntilActiveAsync(reader.Grains, silos - 1).WaitAsync(_unacceptable));
            await cluster[0].Process.SignalAsync("CONT");
            Assert.NotEqual(ExitCode.Good, await cluster[0].Process.EndAsync());
            Assert.True((await SmallBoard.Buffer(reader.Grains, 0).AttachAsync("second", "gpu")).IsGranted);
        }
        finally
        {
            cluster.ForEach(silo => silo.Dispose());
        }
    }

    [Theory]
    [InlineData(StorageKind.PostgreSql)]
    [InlineData(StorageKind.Redis)]
    public async Task A_client_goes_on_when_the_silo_behind_one_of_its_gateways_hangs(StorageKind kind)
    {
        var cluster = await StartAsync(await servers.NewStorageAsync(kind, isCluster: true), 2);
        try
        {
            await using var client = await SiloProcess.ConnectAsync($"{cluster[0].Gateway},{cluster[1].Gateway}");
            await WriteAsync(client.Grains);

            await cluster[0].Process.SignalAsync("STOP");

            // The silo stands still until the end; each buffer has a gateway that the client prefers.
            await MeasureAsync("every buffer changed after the hang", () => Task.WhenAll(Enumerable.Range(0, Buffers).Select(
                async number => Assert.True((await SmallBoard.Buffer(client.Grains, number).AttachAsync("second", "gpu")).IsGranted))));
            await MeasureAsync("every buffer read once more", () => AssertWrittenAsync(client.Grains));
        }
        finally
        {
            await cluster[0].Process.SignalAsync("CONT");
            cluster.ForEach(silo => silo.Dispose());
        }
    }

    [Fact]
    public async Task A_client_that_starts_while_the_silo_behind_one_of_its_gateways_hangs_takes_another()
    {
        var cluster = await StartAsync(await servers.NewStorageAsync(StorageKind.PostgreSql, isCluster: true), 2);
        try
        {
            await using (var writer = await cluster[1].ConnectAsync())
            {
                await WriteAsync(writer.Grains);
            }

            await cluster[0].Process.SignalAsync("STOP");

            // Which gateway is tried first is left to chance.
            for (var client = 0; client < 4; client++)
            {
                await MeasureAsync("a new client's first read", async () =>
                {
                    await using var late = await SiloProcess.ConnectAsync($"{cluster[0].Gateway},{cluster[1].Gateway}");
                    Assert.Equal("first", (await SmallBoard.AttachmentsAsync(late.Grains, client))[0]);
                });
            }
        }
        finally
        {
            await cluster[0].Process.SignalAsync("CONT");
            cluster.ForEach(silo => silo.Dispose());
        }
    }

    [Theory]
    [InlineData(StorageKind.PostgreSql)]
    [InlineData(StorageKind.Redis)]
    public async Task A_cluster_that_lost_every_silo_starts_again(StorageKind kind)
    {
        var storage = await servers.NewStorageAsync(kind, isCluster: true);
        var lost = await StartAsync(storage, 2);
        await using (var writer = await lost[0].ConnectAsync())
        {
            await WriteAsync(writer.Grains);
        }

        await Task.WhenAll(lost.Select(silo => silo.Process.KillAsync()));
        lost.ForEach(silo => silo.Dispose());

        List<SiloProcess> cluster = [];
        await MeasureAsync("both silos ready after the loss of all", async () => cluster = await StartAsync(storage, 2));
        try
        {
            await using var reader = await cluster[1].ConnectAsync();
            await AssertWrittenAsync(reader.Grains);
        }
        finally
        {
            cluster.ForEach(silo => silo.Dispose());
        }
    }

    /// <summary>Starts silos together.</summary>
    private static async Task<List<SiloProcess>> StartAsync((string Name, string Value)[] storage, int silos)
    {
        var cluster = Enumerable.Range(0, silos).Select(_ => SiloProcess.Start(storage)).ToList();
        await Task.WhenAll(cluster.Select(silo => silo.ReadyAsync()));
        return cluster;
    }

    /// <summary>Waits until the cluster says that so many silos are active, and no more.</summary>
    private static async Task UntilActiveAsync(IGrainFactory grains, int silos)
    {
        while ((await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Count > silos)
        {
            await Task.Yield();
        }
    }

    private static async Task WriteAsync(IGrainFactory grains)
    {
        await SmallBoard.DefineAsync(grains);
        for (var number = 0; number < Buffers; number++)
        {
            await SmallBoard.ExportAsync(grains, number);
        }
    }

    private static async Task AssertWrittenAsync(IGrainFactory grains)
    {
        for (var number = 0; number < Buffers; number++)
        {
            Assert.Equal("first", (await SmallBoard.AttachmentsAsync(grains, number))[0]);
        }
    }

    private static async Task MeasureAsync(string what, Func<Task> act)
    {
        var start = Stopwatch.GetTimestamp();
        await act();
        var elapsed = Stopwatch.GetElapsedTime(start);
        TestContext.Current.TestOutputHelper!.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{what}: {elapsed.TotalSeconds:f1} s"));
        Assert.True(elapsed < _unacceptable, $"{what} took {elapsed}.");
    }
}
