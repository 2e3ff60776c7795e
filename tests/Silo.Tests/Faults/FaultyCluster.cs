using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>Three silos and the storage that they share, each in processes of its own, all of which can be lost.</summary>
internal sealed class FaultyCluster : IAsyncDisposable
{
    /// <summary>How many silos.</summary>
    public const int Silos = 3;

    // As long as silos take to give up one that hangs, twice over.
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(10);

    // Long enough for calls to fail.
    private static readonly TimeSpan _outage = TimeSpan.FromSeconds(3);

    private readonly IAsyncDisposable _server;
    private readonly Func<bool, Task> _endStorage;
    private readonly Func<Task> _startStorage;
    private readonly SiloProcess[] _silos;

    private FaultyCluster(
        IAsyncDisposable server, Func<bool, Task> endStorage, Func<Task> startStorage, IEnumerable<(string Name, string Value)> settings)
    {
        (_server, _endStorage, _startStorage) = (server, endStorage, startStorage);
        _silos = [.. Enumerable.Range(0, Silos).Select(_ => SiloProcess.Start(settings))];
    }

    /// <summary>Where clients reach all of them.</summary>
    public string Gateways => string.Join(',', _silos.Select(silo => silo.Gateway));

    /// <summary>Starts storage and silos.</summary>
    public static async Task<FaultyCluster> StartAsync(StorageKind kind)
    {
        FaultyCluster cluster;
        if (kind == StorageKind.PostgreSql)
        {
            var server = await PostgreSqlServer.StartAsync();
            var settings = Servers.SettingsOf(kind, isCluster: true, await server.NewDatabaseAsync());
            cluster = new(server, kill => kill ? server.KillAsync() : server.StopAsync(), server.StartAgainAsync, settings);
        }
        else
        {
            var server = await RedisServer.StartAsync();
            var settings = Servers.SettingsOf(kind, isCluster: true, server.NewDatabase());
            cluster = new(server, kill => kill ? server.KillAsync() : server.StopAsync(), () => server.StartAgainAsync(), settings);
        }

        await Task.WhenAll(cluster._silos.Select(silo => silo.ReadyAsync()));
        return cluster;
    }

    /// <summary>Lets something happen, and heals it.</summary>
    /// <param name="kind">What.</param>
    /// <param name="silo">To which silo, from 0.</param>
    /// <param name="meanwhile">Completes when callers have noticed.</param>
    public async Task SufferAsync(FaultKind kind, int silo, Func<Task> meanwhile)
    {
        switch (kind)
        {
            case FaultKind.SiloKilled:
                await _silos[silo].Process.KillAsync();
                await meanwhile();
                await RestartAsync(silo);
                break;
            case FaultKind.SiloStopped:
                await _silos[silo].Process.SignalAsync("TERM");
                Assert.Equal(ExitCode.Good, await _silos[silo].Process.EndAsync());
                await meanwhile();
                await RestartAsync(silo);
                break;
            case FaultKind.SiloPaused:
                await _silos[silo].Process.SignalAsync("STOP");
                await Task.Delay(_pause);
                await meanwhile();
                await _silos[silo].Process.SignalAsync("CONT");
                Assert.NotEqual(ExitCode.Good, await _silos[silo].Process.EndAsync());
                await RestartAsync(silo);
                break;
            case FaultKind.StorageKilled or FaultKind.StorageStopped:
                await _endStorage(kind == FaultKind.StorageKilled);
                await Task.Delay(_outage);
                await _startStorage();
                await ReviveAsync();
                break;
            case FaultKind.ClusterKilled:
                await Task.WhenAll(_silos.Select(lost => lost.Process.KillAsync()));
                await Task.WhenAll(Enumerable.Range(0, Silos).Select(RestartAsync));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            silo.Dispose();
        }

        await _server.DisposeAsync();
    }

    private async Task RestartAsync(int silo)
    {
        _silos[silo].Dispose();
        _silos[silo] = _silos[silo].StartAgain();
        await _silos[silo].ReadyAsync();
    }

    /// <summary>Starts those again that did not outlive the storage's absence: a silo that cannot tell that it lives ends itself.</summary>
    private Task ReviveAsync() => Task.WhenAll(
        Enumerable.Range(0, Silos).Where(silo => _silos[silo].Process.HasEnded).Select(RestartAsync));
}
