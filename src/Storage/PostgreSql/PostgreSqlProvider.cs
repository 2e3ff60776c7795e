using System.Net.Sockets;
using Npgsql;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>A PostgreSQL database: state is written in groups, membership goes through Orleans' ADO.NET provider.</summary>
internal sealed class PostgreSqlProvider : StorageProvider, IMembershipProvider
{
    private const string Invariant = "Npgsql";

    private readonly PostgreSqlConnection _settings;
    private readonly NpgsqlDataSource _source;
    private readonly PostgreSqlStore _store;

    private PostgreSqlProvider(PostgreSqlConnection settings, NpgsqlDataSource source, PostgreSqlStore store, string? weakness) =>
        (_settings, _source, _store, Weakness) = (settings, source, store, weakness);

    /// <inheritdoc/>
    public override string? Weakness { get; }

    /// <summary>Connects, and creates the schema if needed.</summary>
    /// <exception cref="StorageException">The database cannot be used.</exception>
    public static async Task<PostgreSqlProvider> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var connection = PostgreSqlConnection.Parse(connectionString);
        var source = new NpgsqlDataSourceBuilder(connection.Settings.ConnectionString).Build();
        try
        {
            var version = await PostgreSqlSchema.EnsureAsync(source, cancellation);
            if (version is null)
            {
                throw new StorageException($"{connection} has no schema version: restore a copy of the database.");
            }

            if (version != PostgreSqlSchema.Version)
            {
                throw new StorageException(
                    $"{connection} has schema version {version}: this program needs version {PostgreSqlSchema.Version}.");
            }

            var weakness = await WeaknessAsync(source, cancellation);
            return new(connection, source, new(connection), weakness);
        }
        catch (Exception problem) when (IsOfDatabase(problem))
        {
            await source.DisposeAsync();
            throw CannotBeUsed(connection, problem);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task CheckAsync(CancellationToken cancellation)
    {
        await using var command = _source.CreateCommand($"SELECT version FROM {PostgreSqlSchema.Name}.schema_version");
        await command.ExecuteScalarAsync(cancellation);
    }

    /// <inheritdoc/>
    public string Server => $"PostgreSQL at {_settings.Settings.Host}:{_settings.Settings.Port}";

    /// <inheritdoc/>
    public async Task<DateTime> NowAsync()
    {
        try
        {
            await using var command = _source.CreateCommand("SELECT clock_timestamp()");
            return (DateTime)(await command.ExecuteScalarAsync())!;
        }
        catch (Exception problem) when (IsOfDatabase(problem))
        {
            throw CannotBeUsed(_settings, problem);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _source.DisposeAsync();
    }

    /// <inheritdoc/>
    public void AddMembership(ISiloBuilder silo) => silo.UseAdoNetClustering(options =>
    {
        options.Invariant = Invariant;
        options.DataSource = _source;
    });

    /// <inheritdoc/>
    public override void AddTo(ISiloBuilder silo, string name) => silo.AddStateStore(name, _store).AddJournalStore(name, _store);

    private static bool IsOfDatabase(Exception problem) =>
        problem is NpgsqlException or SocketException or TimeoutException or IOException or UnauthorizedAccessException;

    private static StorageException CannotBeUsed(PostgreSqlConnection connection, Exception problem) =>
        new($"{connection} cannot be used: {connection.Explain(problem)}.") { IsAway = IsAway(problem) };

    /// <summary>Whether the server does not answer, is starting or stopping, or has no free connections.</summary>
    private static bool IsAway(Exception problem) => problem switch
    {
        PostgresException answer => answer.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.TooManyConnections,
        NpgsqlException { InnerException: { } cause } => cause is SocketException or TimeoutException or IOException,
        _ => problem is SocketException or TimeoutException,
    };

    private static async Task<string?> WeaknessAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "SELECT current_setting('fsync') = 'off' OR current_setting('synchronous_commit') = 'off'");
        return await command.ExecuteScalarAsync(cancellation) is true
            ? "PostgreSQL acknowledges before it writes: set fsync and synchronous_commit to on."
            : null;
    }
}
