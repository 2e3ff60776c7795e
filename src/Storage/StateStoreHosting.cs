using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace DmaGrains.Storage;

/// <summary>Makes a table of states the storage of grains.</summary>
public static class StateStoreHosting
{
    /// <summary>Adds grain storage that seals states with a checksum and keeps them in a table.</summary>
    /// <param name="silo">The silo, before it starts.</param>
    /// <param name="name">The name under which grains ask for it.</param>
    /// <param name="store">The table; whoever opened it closes it after the silo has stopped.</param>
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
}
