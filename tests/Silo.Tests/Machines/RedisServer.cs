using DmaGrains.Tests.Shared.Ports;
using StackExchange.Redis;

namespace DmaGrains.Silo.Tests.Machines;

/// <summary>A Redis server of the tests' own, on a free loopback port, in a temporary folder. It asks for a password.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    /// <summary>Its password.</summary>
    public const string Password = "redis-secret-7Qx";

    private const int DatabasesMax = 1000;

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private ChildProcess? _process;
    private int _databases;

    private RedisServer()
    {
    }

    /// <summary>Starts one that writes before it acknowledges.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer();
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts one that is a Redis Cluster by itself.</summary>
    public static async Task<RedisServer> StartClusterAsync()
    {
        var server = new RedisServer();
        await server.StartAgainAsync("--cluster-enabled", "yes");
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"{server.Address},allowAdmin=true");
        await connection.GetDatabase().ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", 0, 16383);
        return server;
    }

    /// <summary>How to reach it.</summary>
    public string Address => $"127.0.0.1:{_port},password={Password}";

    /// <summary>Starts it after it was killed.</summary>
    /// <param name="settings">Settings that are not as usual.</param>
    public async Task StartAgainAsync(params string[] settings)
    {
        _process?.Dispose();
        _process = ChildProcess.Start(
            Installed.Redis(),
            [
                "--bind", "127.0.0.1", "--port", $"{_port}", "--dir", _folder.Path, "--requirepass", Password, "--save", "",
                "--appendonly", "yes", "--appendfsync", "always", "--databases", $"{DatabasesMax}", .. settings,
            ]);
        await _process.SaysAsync("Ready to accept connections");
    }

    /// <summary>Kills it.</summary>
    public Task KillAsync() => _process!.KillAsync();

    /// <summary>Stops it in good order.</summary>
    public async Task StopAsync()
    {
        await _process!.SignalAsync("TERM");
        await _process.EndAsync();
    }

    /// <summary>An empty database of it.</summary>
    /// <returns>How to reach it.</returns>
    public string NewDatabase() =>
        $"{Address},defaultDatabase={Interlocked.Increment(ref _databases)}";

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
