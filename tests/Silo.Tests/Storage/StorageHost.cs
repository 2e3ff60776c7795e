using System.Net;
using DmaGrains.Grains.Storage;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Storage;

namespace DmaGrains.Silo.Tests.Storage;

/// <summary>A silo for the sake of its grain storage, started when the first test asks for it.</summary>
public abstract class StorageHost : IAsyncDisposable
{
    private readonly Lazy<Task<(IHost Host, StorageProvider Provider)>> _started;

    protected StorageHost() => _started = new(StartAsync);

    /// <summary>The storage as grains get it; skips the test where this machine has none of the kind.</summary>
    public async Task<IGrainStorage> StorageAsync() =>
        (await _started.Value).Host.Services.GetRequiredKeyedService<IGrainStorage>(StorageNames.Default);

    /// <summary>The provider.</summary>
    public async Task<StorageProvider> ProviderAsync() => (await _started.Value).Provider;

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            var (host, provider) = await _started.Value;
            await host.StopAsync();
            host.Dispose();
            await provider.DisposeAsync();
        }
    }

    /// <summary>Opens an empty storage.</summary>
    protected abstract Task<StorageProvider> OpenAsync();

    private async Task<(IHost Host, StorageProvider Provider)> StartAsync()
    {
        var provider = await OpenAsync();
        var port = Installed.FreePort();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.UseDevelopmentClustering(new IPEndPoint(IPAddress.Loopback, port));
            silo.Configure<EndpointOptions>(endpoint =>
            {
                endpoint.AdvertisedIPAddress = IPAddress.Loopback;
                endpoint.SiloPort = port;
                endpoint.GatewayPort = 0;
            });
            silo.AddDmaGrains(provider);
        });
        var host = builder.Build();
        await host.StartAsync();
        return (host, provider);
    }
}
