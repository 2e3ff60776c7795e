using DmaGrains.Silo.Settings;

[assembly: AssemblyFixture(typeof(DmaGrains.Silo.Tests.Machines.Servers))]

namespace DmaGrains.Silo.Tests.Machines;

/// <summary>Servers that all tests share, each started when the first test asks for it; each test takes a database of its own.</summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly Lazy<Task<PostgreSqlServer>> _postgreSql = new(() => PostgreSqlServer.StartAsync());
    private readonly Lazy<Task<RedisServer>> _redis = new(() => RedisServer.StartAsync());

    /// <summary>An empty PostgreSQL database; skips the test where there is no PostgreSQL.</summary>
    public async Task<string> NewPostgreSqlAsync() => await (await _postgreSql.Value).NewDatabaseAsync();

    /// <summary>An empty Redis database; skips the test where there is no Redis.</summary>
    public async Task<string> NewRedisAsync() => (await _redis.Value).NewDatabase();

    /// <summary>Settings for silos that share an empty storage, as the environment would have them.</summary>
    /// <param name="kind">PostgreSql or Redis.</param>
    /// <param name="isCluster">Whether the silos are one cluster.</param>
    public async Task<(string Name, string Value)[]> NewStorageAsync(StorageKind kind, bool isCluster)
    {
        return SettingsOf(kind, isCluster, kind == StorageKind.PostgreSql ? await NewPostgreSqlAsync() : await NewRedisAsync());
    }

    /// <summary>Settings for silos that share a storage, as the environment would have them.</summary>
    /// <param name="kind">PostgreSql or Redis.</param>
    /// <param name="isCluster">Whether the silos are one cluster.</param>
    /// <param name="connection">How to reach the storage.</param>
    internal static (string Name, string Value)[] SettingsOf(StorageKind kind, bool isCluster, string connection)
    {
        var name = kind.ToString().ToLowerInvariant();
        return
        [
            ("DMAGRAINS_STORAGE", name),
            ("DMAGRAINS_CLUSTERING", isCluster ? name : "localhost"),
            ($"DMAGRAINS_{name.ToUpperInvariant()}", connection),
        ];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_postgreSql is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _postgreSql.Value).DisposeAsync();
        }

        if (_redis is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _redis.Value).DisposeAsync();
        }
    }
}
