using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
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
    [InlineData(StorageKind.PostgreSql, 3600, "3600.0 s ahead of that of PostgreSQL at 127.0.0.1:")]
    [InlineData(StorageKind.Redis, -3600, "3600.0 s behind that of Redis at 127.0.0.1:")]
    public async Task A_silo_whose_clock_is_off_does_not_join_others(StorageKind kind, int seconds, string saying)
    {
        var storage = await servers.NewStorageAsync(kind, isCluster: true);
        using var right = await SiloProcess.StartReadyAsync(storage);

        using var off = SiloProcess.Start([.. storage, .. Installed.Clock(TimeSpan.FromSeconds(seconds))]);

        Assert.Equal(ExitCode.Fault, await off.Process.EndAsync());
        Assert.Contains(saying, off.Process.Said, StringComparison.Ordinal);
        Assert.Contains("Set the clock, and start again.", off.Process.Said, StringComparison.Ordinal);
        Assert.False(right.Process.HasEnded, right.Process.Said);
    }

    [Theory]
    [InlineData(StorageKind.PostgreSql, 60, " s ahead of that of PostgreSQL at 127.0.0.1:")]
    [InlineData(StorageKind.Redis, -60, " s behind that of Redis at 127.0.0.1:")]
    public async Task A_silo_says_how_far_its_clock_is_off(StorageKind kind, int seconds, string saying)
    {
        var storage = await servers.NewStorageAsync(kind, isCluster: true);
        using var silo = await SiloProcess.StartReadyAsync([.. storage, .. Installed.Clock(TimeSpan.FromSeconds(seconds))]);

        // As exact as the storage's answer was quick.
        var said = Regex.Match(silo.Process.Said, $@"(\d+\.\d){Regex.Escape(saying)}");
        Assert.True(said.Success, silo.Process.Said);
        Assert.InRange(double.Parse(said.Groups[1].ValueSpan, CultureInfo.InvariantCulture), 59.0, 61.0);
    }

    [Fact]
    public async Task A_silo_whose_clock_is_right_says_nothing_of_it()
    {
        using var silo = await SiloProcess.StartReadyAsync(await servers.NewStorageAsync(StorageKind.PostgreSql, isCluster: true));

        Assert.DoesNotContain("clock", silo.Process.Said, StringComparison.Ordinal);
    }
}
