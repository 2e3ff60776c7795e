using DmaGrains.Grains;
using DmaGrains.Grains.Storage;
using DmaGrains.Silo.Gateways;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Silo;

/// <summary>Adds the grains to a silo, in the same way for the server, the embedded silo and test clusters.</summary>
public static class DmaGrainsHosting
{
    /// <summary>Adds the storage and the services that the grains need. Clustering is up to the host.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="storage">The storage for grain state; it outlives the silo.</param>
    public static ISiloBuilder AddDmaGrains(this ISiloBuilder silo, StorageProvider storage)
    {
        // At every start it reports the machine's uptime as a stall.
        silo.Services.AddLogging(logging => logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error));

        // It warns about short reminder periods, but only running experiments have reminders.
        silo.Services.AddLogging(logging => logging.AddFilter("Orleans.Hosting.ReminderOptionsValidator", LogLevel.Error));
        silo.AddGrainServices();
        GatewayDoor.AddTo(silo);
        storage.AddTo(silo, StorageNames.Default);
        return silo;
    }
}
