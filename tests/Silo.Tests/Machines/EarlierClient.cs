using System.Net;
using DmaGrains.ClusterClient;
using DmaGrains.Interfaces;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace DmaGrains.Silo.Tests.Machines;

/// <summary>A client that does not greet gateways, as those of builds before tokens; it sends again as they do.</summary>
internal sealed class EarlierClient : IAsyncDisposable
{
    private readonly IHost _host;

    private readonly Resending _resending;

    private EarlierClient(IHost host, Resending resending) => (_host, _resending) = (host, resending);

    /// <summary>Gives grains.</summary>
    public IGrainFactory Grains => (IGrainFactory)_host.Services.GetService(typeof(IGrainFactory))!;

    /// <summary>How often it has sent something again.</summary>
    public ulong SentAgain => _resending.Count;

    /// <summary>Connects to gateways.</summary>
    public static async Task<EarlierClient> ConnectAsync(string gateways)
    {
        var options = new DmaGrainsClientOptions();
        foreach (var gateway in gateways.Split(','))
        {
            options.Gateways.Add(gateway);
        }

        var resending = new Resending(options, CancellationToken.None);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering([.. options.Gateways.Select(IPEndPoint.Parse)]);
            client.Configure<ClusterOptions>(cluster => (cluster.ServiceId, cluster.ClusterId) = (options.ServiceId, options.ClusterId));
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = ClusterDefaults.ResponseTimeout);
            client.AddOutgoingGrainCallFilter(resending);
            KnownTypes.AddTo(client);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new(host, resending);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
