using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace DmaGrains.Storage;

/// <summary>Registers a table of states as grain storage.</summary>
public static class StateStoreHosting
{
    /// <summary>Adds grain storage that keeps states in a table, sealed with a checksum.</summary>
    /// <param name="silo">The silo, before it starts.</param>
    /// <param name="name">The name under which grains ask for it.</param>
    /// <param name="store">The table; the caller closes it after the silo has stopped.</param>
    public static ISiloBuilder AddStateStore(this ISiloBuilder silo, string name, IStateStore store)
    {
        silo.Services.AddGrainStorage(
            name,
            (services, _) => new GroupedGrainStorage(
                store,
                services.GetRequiredService<IGrainStorageSerializer>(),
                services.GetRequiredService<IActivatorProvider>(),
                services.GetRequiredService<ILoggerFactory>().CreateLogger(StorageLog.Category)));
        return silo;
    }

    /// <summary>Adds journals that a store keeps. Without them, journals are kept as states.</summary>
    /// <param name="silo">The silo, before it starts.</param>
    /// <param name="name">The name under which grains ask for it, the same as for its states.</param>
    /// <param name="store">The store; the caller closes it after the silo has stopped.</param>
    public static ISiloBuilder AddJournalStore(this ISiloBuilder silo, string name, IJournalStore store)
    {
        silo.Services.AddKeyedSingleton(name, store);
        return silo;
    }

    /// <summary>Adds journals that a store keeps which needs the silo's services.</summary>
    /// <param name="silo">The silo, before it starts.</param>
    /// <param name="name">The name under which grains ask for it, the same as for its states.</param>
    /// <param name="store">Makes the store.</param>
    internal static ISiloBuilder AddJournalStore(this ISiloBuilder silo, string name, Func<IServiceProvider, IJournalStore> store)
    {
        silo.Services.AddKeyedSingleton(name, (services, _) => store(services));
        return silo;
    }
}
