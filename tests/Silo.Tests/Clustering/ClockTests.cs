using System.Diagnostics;
using System.Globalization;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Clustering;

/// <summary>Silos on machines whose clocks differ. Times are told, and held only against what nobody would accept.</summary>
public sealed class ClockTests(Servers servers)
{
    // Without a common clock it is the shift and some seconds.
    private static readonly TimeSpan _unacceptable = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData(StorageKind.PostgreSql, 60)]
    [InlineData(StorageKind.PostgreSql, -3600)]
    [InlineData(StorageKind.Redis, 3600)]
    public async Task A_silo_whose_clock_was_off_is_no_longer_waited_for_than_others_when_it_was_killed(StorageKind kind, int seconds)
    {
        var storage = await servers.NewStorageAsync(kind, isCluster: true);
        using var off = await SiloProcess.StartReadyAsync([.. storage, .. Installed.Clock(TimeSpan.FromSeconds(seconds))]);
        await using (var writer = await off.ConnectAsync())
        {
            await SmallBoard.DefineAsync(writer.Grains);
            await SmallBoard.ExportAsync(writer.Grains, 0);
        }

        await off.Process.KillAsync();
        var start = Stopwatch.GetTimestamp();
        using var next = off.StartAgain(storage);
        await next.ReadyAsync();
        var elapsed = Stopwatch.GetElapsedTime(start);

        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready after {elapsed.TotalSeconds:f1} s"));
        Assert.True(elapsed < _unacceptable, $"ready after {elapsed}");
        await using var reader = await next.ConnectAsync();
        Assert.Equal(["first"], await SmallBoard.AttachmentsAsync(reader.Grains, 0));
    }

    [Theory]
    [InlineData(StorageKind.PostgreSql)]
    [InlineData(StorageKind.Redis)]
    public async Task Silos_whose_clocks_are_hours_apart_are_one_cluster(StorageKind kind)
    {
        var storage = await servers.NewStorageAsync(kind, isCluster: true);
        using var ahead = await SiloProcess.StartReadyAsync([.. storage, .. Installed.Clock(TimeSpan.FromHours(1))]);
        using var right = await SiloProcess.StartReadyAsync(storage);
        using var behind = await SiloProcess.StartReadyAsync([.. storage, .. Installed.Clock(TimeSpan.FromHours(-1))]);
        await using var client = await SiloProcess.ConnectAsync($"{right.Gateway},{behind.Gateway}");
        await SmallBoard.DefineAsync(client.Grains);
        for (var number = 0; number < 8; number++)
        {
            await SmallBoard.ExportAsync(client.Grains, number);
        }

        Assert.Equal(3, await ActiveAsync(client.Grains));

        await ahead.Process.KillAsync();

        for (var number = 0; number < 8; number++)
        {
            Assert.Equal(["first"], await SmallBoard.AttachmentsAsync(client.Grains, number));
        }

        using var again = ahead.StartAgain(storage);
        await again.ReadyAsync();
        Assert.False(right.Process.HasEnded || behind.Process.HasEnded, right.Process.Said + behind.Process.Said);
    }

    [Theory]
    [InlineData(StorageKind.PostgreSql, 60, "60.0 s ahead of that of PostgreSQL at 127.0.0.1:")]
    [InlineData(StorageKind.Redis, -60, "60.0 s behind that of Redis at 127.0.0.1:")]
    public async Task A_silo_says_how_far_its_clock_is_off(StorageKind kind, int seconds, string saying)
    {
        var storage = await servers.NewStorageAsync(kind, isCluster: true);
        using var silo = await SiloProcess.StartReadyAsync([.. storage, .. Installed.Clock(TimeSpan.FromSeconds(seconds))]);

        Assert.Contains(saying, silo.Process.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StorageKind.PostgreSql)]
    [InlineData(StorageKind.Redis)]
    public async Task A_silo_whose_clock_is_right_says_nothing_of_it(StorageKind kind)
    {
        using var silo = await SiloProcess.StartReadyAsync(await servers.NewStorageAsync(kind, isCluster: true));

        Assert.DoesNotContain("clock", silo.Process.Said, StringComparison.Ordinal);
    }

    private static async Task<int> ActiveAsync(IGrainFactory grains) =>
        (await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Count;
}
