using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Testing;

namespace DmaGrains.Cluster.Tests;

/// <summary>A changed device is seen by every attach after the reply, on whichever silo the buffer is.</summary>
public sealed class DeviceFactsTests(ClusterFixture cluster)
{
    private const int BufferCount = 40;

    [Fact]
    public async Task A_changed_device_is_seen_on_every_silo()
    {
        await DefineAsync(cluster.Grains, "changing");
        await AttachAsync(cluster.Grains, "changing", "before");

        for (var size = 4096u; size <= 65536; size *= 2)
        {
            await cluster.Grains.GetBoard("changing").SetDeviceAsync(DeviceOf(size));

            Assert.All(await AttachAsync(cluster.Grains, "changing", $"of-{size}"), seen => Assert.Equal(size, seen));
        }
    }

    [Fact]
    public async Task A_changed_device_is_seen_on_a_silo_that_came_late_and_when_one_has_gone()
    {
        await using var own = await DmaTestCluster.StartAsync();
        await DefineAsync(own.Grains, "late");
        await own.Grains.GetBoard("late").SetDeviceAsync(DeviceOf(8192));

        // Its buffers ask on the new silo before the device changes.
        var late = await own.AddSiloAsync();
        Assert.All(await AttachAsync(own.Grains, "late", "a"), seen => Assert.Equal(8192u, seen));
        Assert.True((await own.Grains.GetBoard("late").SetDeviceAsync(DeviceOf(16384))).IsGranted);
        Assert.All(await AttachAsync(own.Grains, "late", "b"), seen => Assert.Equal(16384u, seen));

        await own.StopSiloAsync(late);

        Assert.True((await own.Grains.GetBoard("late").SetDeviceAsync(DeviceOf(32768))).IsGranted);
    }

    private static Device DeviceOf(uint maxSegmentSize) => new("codec", new DeviceDmaParameters(maxSegmentSize, 0, 0));

    private static async Task DefineAsync(IGrainFactory grains, string board)
    {
        var definition = new BoardDefinition(
            board, "A board whose codec changes", [new("ram", MemoryKind.System, new PageExtent(0x100, 4096))], [DeviceOf(4096)]);
        Assert.True((await grains.GetBoard(board).DefineAsync(definition)).IsGranted);
        for (var number = 0; number < BufferCount; number++)
        {
            var name = $"b{number}";
            Assert.True((await grains.GetBuffer(board, name).ExportAsync(new BufferExport(name, 65536))).IsGranted);
        }
    }

    /// <summary>What the codec takes, as each buffer sees it when it attaches.</summary>
    private static Task<uint[]> AttachAsync(IGrainFactory grains, string board, string attachment) =>
        Task.WhenAll(Enumerable.Range(0, BufferCount).Select(async number =>
        {
            var buffer = grains.GetBuffer(board, $"b{number}");
            var seen = (await buffer.AttachAsync(attachment, "codec")).Value.Constraints.MaxSegmentSize;
            await buffer.DetachAsync(attachment);
            return seen;
        }));
}
