using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage.Sqlite;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>Three silos and the storage that they share, or one with a state file, in processes of their own, all of which can be lost.</summary>
internal sealed class FaultyCluster : IAsyncDisposable
{
    private const int SilosOfACluster = 3;

    // What a shell says of SIGKILL.
    private const int Killed = 128 + 9;

    // So early that a silo comes to it soon, and so late that it may be ready and busy by then.
    private const int LastWrite = 600;
    private const int LastSend = 3000;

    private static readonly FaultKind[] _ofFiles = [FaultKind.PowerLost, FaultKind.LogDamaged, FaultKind.LogRemoved, FaultKind.FileEmptied];

    // Within what a cluster bears, and far outside.
    private static readonly TimeSpan _littleAhead = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _farAhead = TimeSpan.FromHours(1);

    // As long as silos take to give up one that hangs, twice over.
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(10);

    // Long enough for calls to fail.
    private static readonly TimeSpan _outage = TimeSpan.FromSeconds(3);

    private readonly IAsyncDisposable _server;
    private readonly Func<bool, Task> _endStorage;
    private readonly Func<Task> _startStorage;
    private readonly (string Name, string Value)[] _settings;
    private readonly string? _file;
    private readonly FaultyDisk _disk;
    private readonly SiloProcess[] _silos;
    private readonly Random _random = new(FaultRun.Seed);

    private FaultyCluster(
        IAsyncDisposable server, Func<bool, Task> endStorage, Func<Task> startStorage, IEnumerable<(string Name, string Value)> settings, string program)
    {
        (_server, _endStorage, _startStorage, _settings, _disk) = (server, endStorage, startStorage, [.. settings], new(null));
        _silos = [.. Enumerable.Range(0, SilosOfACluster).Select(_ => SiloProcess.Start(program, _settings))];
    }

    private FaultyCluster(TemporaryFolder folder, FaultyDisk disk, IEnumerable<(string Name, string Value)> settings)
    {
        _file = folder.File("state.db");
        (_server, _endStorage, _startStorage, _disk) = (new Folder(folder), _ => Task.CompletedTask, () => Task.CompletedTask, disk);
        _settings = [("DMAGRAINS_DATA", _file), .. settings];
        _silos = [SiloProcess.Start(_settings)];
    }

    /// <summary>How many silos.</summary>
    public int Silos => _silos.Length;

    /// <summary>What can happen to it.</summary>
    public FaultKind[] Faults => _file is null
        ? [.. Enum.GetValues<FaultKind>().Except(_ofFiles)]
        : [FaultKind.SiloKilled, FaultKind.SiloStopped, FaultKind.ClockShifted, FaultKind.Interrupted, .. _ofFiles];

    /// <summary>In the middle of what silos were interrupted so far, and how often.</summary>
    public Dictionary<string, int> Ends { get; } = [];

    /// <summary>Where clients reach all of them.</summary>
    public string Gateways => string.Join(',', _silos.Select(silo => silo.Gateway));

    /// <summary>How to reach its PostgreSQL database.</summary>
    public string PostgreSql => _settings.First(setting => setting.Name == "DMAGRAINS_POSTGRESQL").Value;

    /// <summary>Starts storage and silos.</summary>
    /// <param name="kind">The storage.</param>
    /// <param name="program">The program of the first silos of a cluster, if it is another build's; a silo that is started again is of this build.</param>
    public static async Task<FaultyCluster> StartAsync(StorageKind kind, string? program = null)
    {
        FaultyCluster cluster;
        if (kind == StorageKind.Sqlite)
        {
            var folder = new TemporaryFolder();
            var disk = new FaultyDisk(folder.Path);
            cluster = new(folder, disk, await disk.SettingsAsync());
        }
        else if (kind == StorageKind.PostgreSql)
        {
            var server = await PostgreSqlServer.StartAsync();
            var settings = Servers.SettingsOf(kind, isCluster: true, await server.NewDatabaseAsync());
            cluster = new(server, kill => kill ? server.KillAsync() : server.StopAsync(), server.StartAgainAsync, settings, program ?? SiloProcess.Program);
        }
        else
        {
            var server = await RedisServer.StartAsync();
            var settings = Servers.SettingsOf(kind, isCluster: true, server.NewDatabase());
            cluster = new(server, kill => kill ? server.KillAsync() : server.StopAsync(), () => server.StartAgainAsync(), settings, program ?? SiloProcess.Program);
        }

        await Task.WhenAll(cluster._silos.Select(silo => silo.ReadyAsync()));
        return cluster;
    }

    /// <summary>Lets something happen, and heals it.</summary>
    /// <param name="kind">What.</param>
    /// <param name="silo">To which silo, from 0.</param>
    /// <param name="answers">Completes when callers have heard some more answers.</param>
    public async Task SufferAsync(FaultKind kind, int silo, Func<Task> answers)
    {
        // Nobody answers while the only silo is away.
        var meanwhile = Silos == 1 ? () => Task.CompletedTask : answers;
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
            case FaultKind.ClockShifted:
                await ShiftClockAsync(silo, answers, meanwhile);
                break;
            case FaultKind.Interrupted:
                await InterruptAsync(silo, meanwhile);
                await RestartAsync(silo);
                break;
            case FaultKind.PowerLost:
                await InterruptAsync(silo, meanwhile);
                _disk.CutPower(_random);
                await RestartAsync(silo);
                break;
            case FaultKind.LogDamaged:
                await DamageAsync($"{_file}-wal", Flip);
                break;
            case FaultKind.LogRemoved:
                await DamageAsync($"{_file}-wal", File.Delete);
                break;
            case FaultKind.FileEmptied:
                await DamageAsync(_file!, path => File.WriteAllBytes(path, []));
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
        _disk.Dispose();
    }

    /// <summary>Flips a bit in the middle of what was acknowledged; behind that may be an older log.</summary>
    private static void Flip(string log)
    {
        var frames = AcknowledgedLog.Read(SqlitePaths.Of(log[..^"-wal".Length]).Acknowledged)!.Value.End.Frames;
        Assert.NotEqual(0, frames);
        using var file = File.Open(log, FileMode.Open);
        file.Position = WriteAheadLog.HeaderBytes + (frames / 2 * WriteAheadLog.FrameBytes) + (WriteAheadLog.FrameBytes / 2);
        var flipped = (byte)(file.ReadByte() ^ 1);
        file.Position--;
        file.WriteByte(flipped);
    }

    /// <summary>Starts a silo that gets SIGKILL in the middle of something, which may be before it is ready.</summary>
    private async Task InterruptAsync(int silo, Func<Task> meanwhile)
    {
        await _silos[silo].Process.KillAsync();
        await meanwhile();
        var last = await _disk.SettingsAsync(_random.Next(1, _file is null ? LastSend : LastWrite));
        _silos[silo].Dispose();
        _silos[silo] = _silos[silo].StartAgain([.. _settings, .. last]);
        Assert.Equal(Killed, await _silos[silo].Process.EndAsync());
        foreach (var end in _disk.Ends())
        {
            Ends[end] = Ends.GetValueOrDefault(end) + 1;
        }
    }

    /// <summary>Settings with others beside them; both may preload something.</summary>
    private static (string Name, string Value)[] Joined((string Name, string Value)[] settings, (string Name, string Value)[] others) =>
    [
        .. settings.Concat(others).GroupBy(setting => setting.Name)
            .Select(setting => (setting.Key, setting.Key == "LD_PRELOAD" ? string.Join(' ', setting.Select(one => one.Value)) : setting.Last().Value)),
    ];

    private Task RestartAsync(int silo) => RestartAsync(silo, _settings);

    private async Task RestartAsync(int silo, IEnumerable<(string Name, string Value)> settings)
    {
        _silos[silo].Dispose();
        _silos[silo] = _silos[silo].StartAgain(settings);
        await _silos[silo].ReadyAsync();
    }

    /// <summary>
    /// A silo that joins others with a clock that is far off is refused, one that is a little off joins; one by itself may have any clock.
    /// Afterwards it has a right one.
    /// </summary>
    private async Task ShiftClockAsync(int silo, Func<Task> answers, Func<Task> meanwhile)
    {
        await _silos[silo].Process.KillAsync();
        if (Silos > 1)
        {
            await meanwhile();
            using var refused = _silos[silo].StartAgain(Joined(_settings, Installed.Clock(_farAhead)));
            Assert.Equal(ExitCode.Fault, await refused.Process.EndAsync());
            Assert.Single(refused.Process.Said.Split('\n'), line => line.Contains(" s ahead of that of ", StringComparison.Ordinal)
                && line.EndsWith("Set the clock, and start again.", StringComparison.Ordinal));
        }

        await RestartAsync(silo, Joined(_settings, Installed.Clock(Silos > 1 ? _littleAhead : _farAhead)));
        await answers();
        await _silos[silo].Process.KillAsync();
        await meanwhile();
        await RestartAsync(silo);
    }

    /// <summary>Kills the silo and damages a file of its; what is damaged is refused, and what is put back is whole.</summary>
    private async Task DamageAsync(string path, Action<string> damage)
    {
        await _silos[0].Process.KillAsync();
        File.Copy(path, $"{path}.good");
        damage(path);
        using (var refused = _silos[0].StartAgain(_settings))
        {
            Assert.Equal(ExitCode.Fault, await refused.Process.EndAsync());
        }

        File.Move($"{path}.good", path, overwrite: true);
        await RestartAsync(0);
    }

    /// <summary>Starts those again that did not outlive the storage's absence: a silo that cannot tell that it lives ends itself.</summary>
    private Task ReviveAsync() => Task.WhenAll(
        Enumerable.Range(0, Silos).Where(silo => _silos[silo].Process.HasEnded).Select(RestartAsync));

    private sealed class Folder(TemporaryFolder folder) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
