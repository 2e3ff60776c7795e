using DmaGrains.Storage.PostgreSql;
using DmaGrains.Storage.Redis;
using DmaGrains.Storage.Sqlite;

namespace DmaGrains.Storage;

/// <summary>
/// Where grain state is kept. It is opened before silos start and closed after they have stopped; several silos of one process may
/// share one. Others may derive from it: any Orleans grain storage will do that keeps what it acknowledged and refuses a write under
/// an old ETag.
/// </summary>
public abstract class StorageProvider : IAsyncDisposable
{
    /// <summary>In the silo's memory: gone with the process.</summary>
    public static StorageProvider Memory { get; } = new MemoryProvider();

    /// <summary>What an operator must know: why acknowledged state may be lost. Null when it is as durable as it can be.</summary>
    public virtual string? Weakness => null;

    /// <summary>Opens one SQLite file, for this process alone; it is made when there is none.</summary>
    /// <param name="file">The file; its folder exists.</param>
    /// <exception cref="StorageException">The file is in use, cannot be written, is damaged, or is not ours.</exception>
    public static StorageProvider OpenSqlite(string file) => new SqliteProvider(file);

    /// <summary>Opens a PostgreSQL database; what is kept there is made when it is not there.</summary>
    /// <param name="connectionString">As Npgsql reads it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StorageException">The database cannot be reached or used, or keeps another version of the schema.</exception>
    public static async Task<StorageProvider> OpenPostgreSqlAsync(
        string connectionString, CancellationToken cancellation) =>
        await PostgreSqlProvider.OpenAsync(connectionString, cancellation);

    /// <summary>Opens a Redis server or cluster.</summary>
    /// <param name="configuration">As StackExchange.Redis reads it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StorageException">It cannot be reached or used.</exception>
    public static async Task<StorageProvider> OpenRedisAsync(string configuration, CancellationToken cancellation) =>
        await RedisProvider.OpenAsync(configuration, cancellation);

    /// <summary>Asks the storage for a sign of life.</summary>
    /// <exception cref="Exception">It gives none; the kind depends on the storage.</exception>
    public abstract Task CheckAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Registers the grain storage with a silo. A provider that writes in groups does it with <see cref="StateStoreHosting.AddStateStore"/>.</summary>
    /// <param name="silo">The silo, before it starts.</param>
    /// <param name="name">The name under which grains ask for it.</param>
    public abstract void AddTo(ISiloBuilder silo, string name);
}
