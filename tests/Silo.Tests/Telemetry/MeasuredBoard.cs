using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Silo.Tests.Telemetry;

/// <summary>A board on which everything happens that is measured.</summary>
internal static class MeasuredBoard
{
    private const string Name = "measured";
    private const ulong MiB = 1 << 20;

    /// <summary>Makes everything happen: each kind of outcome, a hazard, a move, a refusal by fragmentation alone.</summary>
    public static async Task PlayAsync(IGrainFactory grains)
    {
        Assert.True((await grains.GetBoard(Name).DefineAsync(new(
            Name,
            "Scattered memory, and a small area",
            [
                new("ram", MemoryKind.System, new PageExtent(0x100, 16384), ReservedEveryPages: 2, ReservedPages: 1),
                new("cma", MemoryKind.Contiguous, new PageExtent(0x10000, 1024)),
            ],
            [
                new Device("gpu", new DeviceDmaParameters(uint.MaxValue, 0, 0)),
                new Device("display", null) { RequiresContiguous = true },
            ]))).IsGranted);
        await HoldAsync("first", "refuse", 1, "display");
        var moved = await HoldAsync("second", "migrate", 1, "gpu");
        await UseAsync(moved, "display");
        var accepted = await HoldAsync("third", "accept", 1, "gpu");
        await UseAsync(accepted, "display");
        await HoldAsync("fourth", "refuse", 2, "display");
        await grains.GetBuffer(Name, "first").ReleaseAsync();

        // Of the area, 1 MiB is free before what is held, and 1 MiB behind.
        var fragmented = await ExportAsync("fifth", "refuse", 2);
        Assert.True((await fragmented.AttachAsync("display", "display")).IsGranted);
        Assert.False((await fragmented.MapAttachmentAsync("m", "display", DmaDirection.Bidirectional)).IsGranted);

        var attach = new DmaCaller().Next();
        Assert.True((await fragmented.AttachAsync("again", "gpu", attach)).IsGranted);
        Assert.True((await fragmented.AttachAsync("again", "gpu", attach)).IsGranted);

        async Task<IDmaBufferGrain> ExportAsync(string name, string policy, ulong mebibytes)
        {
            var buffer = grains.GetBuffer(Name, name);
            Assert.True((await buffer.ExportAsync(new(name, mebibytes * MiB, "gpu") { Policy = NamedPolicies.Find(policy)! })).IsGranted);
            return buffer;
        }

        async Task<IDmaBufferGrain> HoldAsync(string name, string policy, ulong mebibytes, string device)
        {
            var buffer = await ExportAsync(name, policy, mebibytes);
            await UseAsync(buffer, device);
            return buffer;
        }

        static async Task UseAsync(IDmaBufferGrain buffer, string device)
        {
            Assert.True((await buffer.AttachAsync(device, device)).IsGranted);
            Assert.True((await buffer.MapAttachmentAsync($"m-{device}", device, DmaDirection.Bidirectional)).IsGranted);
            Assert.True((await buffer.UnmapAttachmentAsync($"m-{device}")).IsGranted);
            Assert.True((await buffer.DetachAsync(device)).IsGranted);
        }
    }
}
