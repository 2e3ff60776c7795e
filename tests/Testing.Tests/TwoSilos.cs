using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;

[assembly: AssemblyFixture(typeof(DmaGrains.Testing.Tests.TwoSilos))]

namespace DmaGrains.Testing.Tests;

/// <summary>Two silos for the tests that leave them alone.</summary>
public sealed class TwoSilos : IAsyncLifetime
{
    private DmaTestCluster? _cluster;

    public DmaTestCluster Cluster => _cluster!;

    public async ValueTask InitializeAsync() => _cluster = await DmaTestCluster.StartAsync(silos: 2);

    public ValueTask DisposeAsync() => _cluster!.DisposeAsync();

    /// <summary>A board of its own.</summary>
    public static Task<BoardDefinition> NewBoardAsync(DmaTestCluster cluster) => cluster.SeedBoardAsync("boards/small.yaml");

    /// <summary>A buffer of 64 KiB, exported, on a board of its own.</summary>
    public Task<(BoardDefinition Board, IDmaBufferGrain Buffer)> NewBufferAsync() => NewBufferAsync(Cluster);

    /// <summary>A buffer of 64 KiB, exported, on a board of its own.</summary>
    public static async Task<(BoardDefinition Board, IDmaBufferGrain Buffer)> NewBufferAsync(DmaTestCluster cluster)
    {
        var board = await NewBoardAsync(cluster);
        return (board, await ExportAsync(cluster, board, "frame"));
    }

    /// <summary>A buffer of 64 KiB, exported.</summary>
    public static async Task<IDmaBufferGrain> ExportAsync(DmaTestCluster cluster, BoardDefinition board, string name)
    {
        var buffer = cluster.Buffer(board, name);
        Assert.True((await buffer.ExportAsync(new(name, 65536, "gpu"))).IsGranted);
        return buffer;
    }
}
