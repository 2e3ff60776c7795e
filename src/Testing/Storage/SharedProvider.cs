using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace DmaGrains.Testing;

/// <summary>Gives a silo's grains the storage of their cluster.</summary>
internal sealed class SharedProvider(ClusterStorage storage, SiloLink link) : StorageProvider
{
    /// <inheritdoc/>
    public override Task CheckAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override void AddTo(ISiloBuilder silo, string name)
    {
        silo.AddJournalStore(name, new SharedJournals(storage, link));
        silo.Services.AddGrainStorage(
            name,
            (services, _) => new SharedGrainStorage(
                storage,
                link,
                services.GetRequiredService<IGrainStorageSerializer>(),
                services.GetRequiredService<IActivatorProvider>()));
    }
}
