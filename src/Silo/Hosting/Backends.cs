using DmaGrains.Silo.Clustering;
using DmaGrains.Silo.Settings;
using DmaGrains.Storage;
using DmaGrains.Storage.PostgreSql;
using DmaGrains.Storage.Redis;

namespace DmaGrains.Silo.Hosting;

/// <summary>A silo's open backends: its storage, and its membership table. Often both are the same.</summary>
/// <param name="Storage">The storage for grain state.</param>
/// <param name="Membership">The store in which silos find each other; null for a silo by itself.</param>
internal sealed record Backends(StorageProvider Storage, StorageProvider? Membership) : IAsyncDisposable
{
    /// <summary>How far this machine's clock is ahead of the server's; negative when it is behind.</summary>
    public TimeSpan Ahead { get; private init; }

    /// <summary>The server whose clock the members use; null for a silo by itself.</summary>
    public string? Server => (Membership as IMembershipProvider)?.Server;

    /// <summary>Opens the backends that the settings name.</summary>
    /// <exception cref="StorageException">A backend cannot be used.</exception>
    public static async Task<Backends> OpenAsync(SiloSettings settings, CancellationToken cancellation)
    {
        StorageProvider storage = settings.Storage switch
        {
            StorageKind.Memory => StorageProvider.Memory,
            StorageKind.Sqlite => StorageProvider.OpenSqlite(settings.DataFile!),
            StorageKind.PostgreSql => await PostgreSqlProvider.OpenAsync(settings.PostgreSql!, cancellation),
            StorageKind.Redis => await RedisProvider.OpenAsync(settings.Redis!, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(settings)),
        };
        Backends? backends = null;
        try
        {
            backends = new(storage, settings.Clustering switch
            {
                ClusteringKind.Localhost => null,
                ClusteringKind.PostgreSql =>
                    storage as PostgreSqlProvider ?? await PostgreSqlProvider.OpenAsync(settings.PostgreSql!, cancellation),
                ClusteringKind.Redis =>
                    storage as RedisProvider ?? await RedisProvider.OpenAsync(settings.Redis!, cancellation),
                _ => throw new ArgumentOutOfRangeException(nameof(settings)),
            });
            return backends.Membership is IMembershipProvider members ? backends with { Ahead = await members.AheadAsync() } : backends;
        }
        catch
        {
            await (backends?.DisposeAsync() ?? storage.DisposeAsync());
            throw;
        }
    }

    /// <summary>Adds the membership table to a silo.</summary>
    public void AddMembership(ISiloBuilder silo)
    {
        if (Membership is IMembershipProvider members)
        {
            silo.UseMembership(members, Ahead);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        if (Membership is not null && Membership != Storage)
        {
            await Membership.DisposeAsync();
        }
    }
}
