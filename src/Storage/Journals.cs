using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace DmaGrains.Storage;

/// <summary>The journals of a silo's grains, by the name under which their storage is registered.</summary>
/// <param name="services">The silo's services.</param>
/// <param name="log">Tells the operator when the storage fails.</param>
public sealed class Journals(IServiceProvider services, ILoggerFactory log)
{
    private readonly Outage _reads = new(log.CreateLogger(StorageLog.Category), "Reading journals");
    private readonly Outage _writes = new(log.CreateLogger(StorageLog.Category), "Writing journals");

    /// <summary>A grain's journal, not read yet; kept as one state where the storage has no journals.</summary>
    /// <param name="storage">The name under which the storage is registered.</param>
    /// <param name="grain">The grain.</param>
    /// <param name="state">The state's name, for storage without journals.</param>
    public Journal Of(string storage, GrainId grain, string state) =>
        services.GetKeyedService<IJournalStore>(storage) is { } store
            ? new SealedJournal(store, grain.ToString(), _reads, _writes)
            : new StateJournal(services.GetRequiredKeyedService<IGrainStorage>(storage), grain, state);
}
