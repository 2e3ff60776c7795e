using DmaGrains.Storage.PostgreSql;
using DmaGrains.Storage.Redis;
using DmaGrains.Storage.Sqlite;

namespace DmaGrains.Storage;

/// <summary>
/// A storage for grain state. Open it before silos start and close it after they have stopped; several silos of one process may share it.
/// Derive from it for your own storage: any Orleans grain storage will do that keeps what it acknowledged and refuses writes with an old
/// ETag.
/// </summary>
public abstract class StorageProvider : IAsyncDisposable
{
    /// <summary>Storage in the silos' memory, lost with them.</summary>
    public static StorageProvider Memory { get; } = new MemoryProvider(isOnlySilo: false);

    /// <summary>Storage in the memory of a silo that is the only one of its cluster.</summary>
    internal static StorageProvider MemoryOfOneSilo { get; } = new MemoryProvider(isOnlySilo: true);

    /// <summary>Why acknowledged state may be lost, for the operator; null when the storage is set up to be durable.</summary>
    public virtual string? Weakness => null;

    /// <summary>Opens one SQLite file for this process alone; creates it if it does not exist.</summary>
    /// <param name="file">The file; its folder exists.</param>
    /// <exception cref="StorageException">The file is in use, cannot be written, is damaged, or is not ours.</exception>
    public static StorageProvider OpenSqlite(string file) => new SqliteProvider(file);

    /// <summary>Opens a PostgreSQL database; creates the schema if it does not exist.</summary>
    /// <param name="connectionString">As Npgsql reads it.</param>
    /// <param name="cancellation">Cancels the attempt.</param>
    /// <exception cref="StorageException">The database cannot be reached or used, or has another version of the schema.</exception>
    public static async Task<StorageProvider> OpenPostgreSqlAsync(
        string connectionString, CancellationToken cancellation) =>
        await PostgreSqlProvider.OpenAsync(connectionString, cancellation);

    /// <summary>Opens a Redis server or cluster.</summary>
    /// <param name="configuration">As StackExchange.Redis reads it.</param>
    /// <param name="cancellation">Cancels the attempt.</param>
    /// <exception cref="StorageException">It cannot be reached or used.</exception>
    public static async Task<StorageProvider> OpenRedisAsync(string configuration, CancellationToken cancellation) =>
        await RedisProvider.OpenAsync(configuration, cancellation);

    /// <summary>Checks that the storage answers.</summary>
    /// <exception cref="Exception">It does not; the type depends on the storage.</exception>
    public abstract Task CheckAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Registers the grain storage with a silo. A provider that writes in groups uses <see cref="StateStoreHosting.AddStateStore"/>.</summary>
    /// <param name="silo">The silo, before it starts.</param>
    /// <param name="name">The name under which grains ask for it.</param>
    public abstract void AddTo(ISiloBuilder silo, string name);
}
