using DmaGrains.Silo;
using DmaGrains.Storage;
using Orleans.TestingHost;

namespace DmaGrains.Benchmarks.Layers;

/// <summary>Two silos and a client in one process that speak TCP to each other.</summary>
internal sealed class TcpCluster : IAsyncDisposable
{
    private readonly TestCluster _cluster;

    private TcpCluster(TestCluster cluster) => _cluster = cluster;

    public IGrainFactory Grains => _cluster.Client;

    public static async Task<TcpCluster> StartAsync()
    {
        var builder = new TestClusterBuilder(initialSilosCount: 2);
        builder.Options.ConnectionTransport = ConnectionTransportType.TcpSocket;
        builder.AddSiloBuilderConfigurator<SiloConfigurator>();
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new(cluster);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private sealed class SiloConfigurator : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder.AddDmaGrains(StorageProvider.Memory);
    }
}
