using DmaGrains.Interfaces;
using DmaGrains.Silo;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MyHost;
using Orleans.Hosting;

// A silo in a host of your own: your services get IGrainFactory, and DmaGrains clients reach it at 127.0.0.1:30000.
var ports = (Silo: 11111, Gateway: 30000);
if (args is [var silo, var gateway])
{
    ports = (int.Parse(silo), int.Parse(gateway));
}

// The storage outlives the silo.
await using var storage = StorageProvider.OpenSqlite("state.db");
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.UseOrleans(orleans =>
{
    orleans.UseLocalhostClustering(ports.Silo, ports.Gateway, serviceId: ClusterDefaults.ServiceId, clusterId: ClusterDefaults.ClusterId);
    orleans.AddDmaGrains(storage);
});
builder.Services.AddHostedService<BoardService>();
await builder.Build().RunAsync();
