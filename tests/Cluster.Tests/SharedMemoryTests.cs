using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Silo;
using DmaGrains.Storage;
using Orleans.Core.Internal;
using Orleans.TestingHost;

namespace DmaGrains.Cluster.Tests;

/// <summary>Silos that keep their state in memory share it.</summary>
public sealed class SharedMemoryTests
{
    private const int Buffers = 40;

    private static readonly BoardDefinition _board = new(
        "shared", "A board of two silos", [new("ram", MemoryKind.System, new(0, 1024))], [new("gpu", new DeviceDmaParameters(1 << 16, 16, 0))]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Buffer_that_wakes_on_another_silo_is_as_it_was()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) => silo.AddDmaGrains(StorageProvider.Memory));
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        Assert.True((await cluster.Client.GetBoard(_board.Name).DefineAsync(_board)).IsGranted);
        for (var buffer = 0; buffer < Buffers; buffer++)
        {
            var frame = cluster.Client.GetBuffer(_board.Name, $"b{buffer}");
            Assert.True((await frame.ExportAsync(new($"b{buffer}", 4096))).IsGranted);
            Assert.True((await frame.AttachAsync("a", "gpu")).IsGranted);
            await frame.AsReference<IGrainManagementExtension>().DeactivateOnIdle(Cancellation);
        }

        // Where a buffer wakes is random, so about half of them have moved.
        for (var buffer = 0; buffer < Buffers; buffer++)
        {
            var described = await cluster.Client.GetBuffer(_board.Name, $"b{buffer}").DescribeAsync();
            Assert.Equal("a", Assert.Single(described.Value.Attachments).Name);
        }
    }
}
