using System.Net.Sockets;
using DmaGrains.Silo.Clustering;
using Npgsql;

namespace DmaGrains.Silo.Storage.PostgreSql;

/// <summary>A PostgreSQL database: state is written in groups, membership goes through Orleans' ADO.NET provider.</summary>
internal sealed class PostgreSqlProvider : StorageProvider, IMembershipProvider
{
    private const string Invariant = "Npgsql";

    private readonly NpgsqlDataSource _source;
    private readonly PostgreSqlStore _store;

    private PostgreSqlProvider(NpgsqlDataSource source, PostgreSqlStore store, string? weakness) =>
        (_source, _store, Weakness) = (source, store, weakness);

    /// <inheritdoc/>
    public override string? Weakness { get; }

    /// <summary>Connects and sees to the schema.</summary>
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
                throw new StorageException($"{connection} has no schema version: put back a copy of the database.");
            }

            if (version != PostgreSqlSchema.Version)
            {
                throw new StorageException(
                    $"{connection} has schema version {version}: this program needs version {PostgreSqlSchema.Version}.");
            }

            var weakness = await WeaknessAsync(source, cancellation);
            return new(source, new(connection), weakness);
        }
        catch (Exception problem) when (problem is NpgsqlException or SocketException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            await source.DisposeAsync();
            throw new StorageException($"{connection} cannot be used: {connection.Explain(problem)}.");
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
    internal override void AddTo(ISiloBuilder silo, string name) =>
        GroupedGrainStorage.AddTo(silo, name, _store);

    private static async Task<string?> WeaknessAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "SELECT current_setting('fsync') = 'off' OR current_setting('synchronous_commit') = 'off'");
        return await command.ExecuteScalarAsync(cancellation) is true
            ? "PostgreSQL acknowledges before it writes: set fsync and synchronous_commit to on."
            : null;
    }
}
