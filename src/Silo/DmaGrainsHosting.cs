using DmaGrains.Grains;
using DmaGrains.Grains.Storage;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Silo;

/// <summary>Puts the grains into a silo; the same for the server, the embedded silo and test clusters.</summary>
public static class DmaGrainsHosting
{
    /// <summary>Adds the storage and the services that the grains ask for. Clustering is the host's business.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="storage">Where state is kept; it outlives the silo.</param>
    public static ISiloBuilder AddDmaGrains(this ISiloBuilder silo, StorageProvider storage)
    {
        // Reports the machine's uptime as a stall at every start.
        silo.Services.AddLogging(logging => logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error));

        // Warns of the period of reminders: there is one for each experiment that runs, and no other.
        silo.Services.AddLogging(logging => logging.AddFilter("Orleans.Hosting.ReminderOptionsValidator", LogLevel.Error));
        silo.AddGrainServices();
        storage.AddTo(silo, StorageNames.Default);
        return silo;
    }
}
