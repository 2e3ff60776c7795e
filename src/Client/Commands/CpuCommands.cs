using System.CommandLine;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Client.Commands;

/// <summary>Ownership of a live buffer: CPU accesses, and the cache maintenance of importers (thread #32, #34).</summary>
internal static class CpuCommands
{
    /// <summary>CPU accesses, with and without begin and end; flush, and the syncs of a mapping.</summary>
    public static IEnumerable<Command> All =>
    [
        Begin(),
        ImporterCommands.Ends(
            "end-cpu-access", "ACCESS", "The CPU ends an access.", "drawing", access => new DmaCommand.EndCpuAccess(access)),
        Touch(),
        ImporterCommands.Ends(
            "flush",
            "MAPPING",
            "Does the cache maintenance that a map with defer-flush owes, if any.",
            "scanout",
            mapping => new DmaCommand.Flush(mapping)),
        Sync(
            "sync-for-device",
            "Gives a mapping back to its device, as dma_sync_sgtable_for_device does.",
            (sync, mapping) => new DmaCommand.SyncForDevice(sync, mapping)),
        Sync(
            "sync-for-cpu",
            "Gives a mapping to the CPU, as dma_sync_sgtable_for_cpu does.",
            (sync, mapping) => new DmaCommand.SyncForCpu(sync, mapping)),
    ];

    private static Command Sync(string verb, string does, Func<string, string, DmaCommand> sync)
    {
        var mapping = new Argument<string>("MAPPING") { Description = "The mapping's name." };
        var name = BufferContext.NameOption("sync");
        return BufferContext.Create(verb, does, "scanout", [mapping, name], buffer =>
            buffer.SendAsync(null, sync(buffer.NameFor(name, "sync"), buffer.Value(mapping))));
    }

    private static Command Begin()
    {
        var direction = WordOptions.Direction();
        var name = BufferContext.NameOption("access");
        return BufferContext.Create(
            "begin-cpu-access",
            "The CPU begins an access: from-device to read what a device wrote, to-device to write for one.",
            "--direction to-device --as drawing",
            [direction, name],
            buffer =>
            {
                var access = buffer.NameFor(name, "cpu");
                return buffer.SendAsync(access, new DmaCommand.BeginCpuAccess(access, WordOptions.DirectionOf(buffer, direction)));
            });
    }

    private static Command Touch()
    {
        var direction = WordOptions.Direction();
        var name = BufferContext.NameOption("access");
        return BufferContext.Create(
            "cpu-access",
            "The CPU reads (from-device) or writes (to-device) through its caches, with or without permission; what goes wrong is recorded as a hazard.",
            "--direction to-device",
            [direction, name],
            buffer => buffer.SendAsync(null, new DmaCommand.CpuAccess(
                buffer.NameFor(name, "touch"), WordOptions.DirectionOf(buffer, direction))));
    }
}
