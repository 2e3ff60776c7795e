using DmaGrains.Testing;

[assembly: AssemblyFixture(typeof(DmaGrains.Cluster.Tests.ClusterFixture))]

namespace DmaGrains.Cluster.Tests;

/// <summary>Two silos for all tests; each test takes a board of its own.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private DmaTestCluster? _cluster;

    public IGrainFactory Grains => _cluster!.Grains;

    public async ValueTask InitializeAsync() => _cluster = await DmaTestCluster.StartAsync(silos: 2);

    public ValueTask DisposeAsync() => _cluster!.DisposeAsync();
}
