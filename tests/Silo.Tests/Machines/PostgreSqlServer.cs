using DmaGrains.Tests.Shared.Ports;
using Npgsql;

namespace DmaGrains.Silo.Tests.Machines;

/// <summary>A PostgreSQL server of the tests' own, on a free loopback port, in a temporary folder. It asks for a password.</summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    /// <summary>Its administrator's password.</summary>
    public const string Password = "pg-secret-7Qx";

    private const string User = "dmagrains";

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private ChildProcess? _process;
    private int _databases;

    private PostgreSqlServer()
    {
    }

    private string Files => _folder.File("files");

    /// <summary>Makes and starts one.</summary>
    /// <param name="log">An empty folder for its write-ahead log; null for one beside its files.</param>
    public static async Task<PostgreSqlServer> StartAsync(string? log = null)
    {
        var server = new PostgreSqlServer();
        var initdb = Installed.PostgreSql("initdb");
        await File.WriteAllTextAsync(server._folder.File("password"), Password);
        await GiveAsync(server._folder.Path);
        if (log is not null)
        {
            await GiveAsync(log);
        }

        var (program, args) = AsUser(
            initdb,
            [
                "-D", server.Files, "-U", User, "-A", "scram-sha-256", "--pwfile", server._folder.File("password"), "--no-sync",
                .. log is null ? [] : (string[])["--waldir", log],
            ]);
        var (code, said) = await ChildProcess.RunAsync(program, args);
        Assert.True(code == 0, said);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it after it was killed.</summary>
    public async Task StartAgainAsync()
    {
        _process?.Dispose();
        var (program, args) = AsUser(
            Installed.PostgreSql("postgres"), "-D", Files, "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "max_connections=200");
        _process = ChildProcess.Start(program, args);
        await _process.SaysAsync("ready to accept connections");
    }

    /// <summary>Kills it and all that it has started.</summary>
    public async Task KillAsync()
    {
        // A server that starts while old processes of its have the memory is refused: all go at once.
        await SignalAllAsync("KILL");
        await _process!.EndAsync();
    }

    /// <summary>Makes it hang: it takes connections and says nothing.</summary>
    public Task HangAsync() => SignalAllAsync("STOP");

    /// <summary>Lets it go on.</summary>
    public Task GoOnAsync() => SignalAllAsync("CONT");

    /// <summary>Stops it in good order, whoever is connected.</summary>
    public async Task StopAsync()
    {
        await _process!.SignalAsync("INT");
        await _process.EndAsync();
    }

    /// <summary>Makes an empty database.</summary>
    /// <param name="folder">An empty folder for its tables; null for one of the server's.</param>
    /// <returns>How to reach it.</returns>
    public async Task<string> NewDatabaseAsync(string? folder = null)
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        if (folder is not null)
        {
            await GiveAsync(folder);
            await ExecuteAsync(ConnectionString("postgres"), $"CREATE TABLESPACE {name} LOCATION '{folder}'");
        }

        await ExecuteAsync(ConnectionString("postgres"), $"CREATE DATABASE {name}{(folder is null ? string.Empty : $" TABLESPACE {name}")}");
        return ConnectionString(name);
    }

    /// <summary>Carries out a statement.</summary>
    public static async Task ExecuteAsync(string connectionString, string statement)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // Ends at once, and takes its children with it.
            await _process.SignalAsync("QUIT");
            await _process.EndAsync();
            _process.Dispose();
        }

        _folder.Dispose();
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_port};Database={database};Username={User};Password={Password}";

    /// <summary>PostgreSQL does not run as root; Debian's package has made a user for it.</summary>
    private static (string Program, string[] Args) AsUser(string program, params string[] args) =>
        Environment.IsPrivilegedProcess
            ? ("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", program, .. args])
            : (program, args);

    private static async Task GiveAsync(string folder)
    {
        if (Environment.IsPrivilegedProcess)
        {
            Assert.NotNull(await Installed.TryAsync("chown", "-R", "postgres:", folder));
        }
    }

    private async Task SignalAllAsync(string signal)
    {
        var children = await Installed.TryAsync("pgrep", "-P", $"{_process!.Id}") ?? string.Empty;
        await Installed.TryAsync(
            "kill", [$"-{signal}", $"{_process.Id}", .. children.Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
    }
}
