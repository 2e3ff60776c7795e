using DmaGrains.Testing;

[assembly: AssemblyFixture(typeof(MyBoard.Tests.Cluster))]

namespace MyBoard.Tests;

/// <summary>Three silos for all tests; each test takes a board of its own.</summary>
public sealed class Cluster : IAsyncLifetime
{
    private DmaTestCluster? _started;

    public DmaTestCluster Started => _started!;

    public async ValueTask InitializeAsync() =>
        _started = await DmaTestCluster.StartAsync(silos: 3, responseTimeout: TimeSpan.FromSeconds(4));

    /// <summary>Whatever the tests did, the cluster is as it must be when they are done.</summary>
    public async ValueTask DisposeAsync()
    {
        await using var started = Started;
        await started.CheckInvariantsAsync();
    }
}
