using System.CommandLine;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Client.Commands;

/// <summary>Whose turn it is on a live buffer: the CPU's accesses, and what an importer does about caches (thread #32, #34).</summary>
internal static class CpuCommands
{
    /// <summary>Begin, end, touching it without; flush, and syncs of a mapping.</summary>
    public static IEnumerable<Command> All =>
    [
        Begin(),
        ImporterCommands.Ends(
            "end-cpu-access", "ACCESS", "The CPU hands the buffer back.", "drawing", (grain, access) => grain.EndCpuAccessAsync(access)),
        Touch(),
        ImporterCommands.Ends(
            "flush",
            "MAPPING",
            "Does the cache work that a map with defer-flush owes; where nothing is owed, nothing.",
            "scanout",
            (grain, mapping) => grain.FlushAsync(mapping)),
        Sync(
            "sync-for-device",
            "The CPU hands a mapping back to its device, as dma_sync_sgtable_for_device does.",
            (grain, sync, mapping) => grain.SyncForDeviceAsync(sync, mapping)),
        Sync(
            "sync-for-cpu",
            "The CPU takes a mapping over from its device, as dma_sync_sgtable_for_cpu does.",
            (grain, sync, mapping) => grain.SyncForCpuAsync(sync, mapping)),
    ];

    private static Command Sync(string verb, string does, Func<IDmaBufferGrain, string, string, Task<DmaResult<DmaReply>>> sync)
    {
        var mapping = new Argument<string>("MAPPING") { Description = "The mapping, as it was named." };
        var name = BufferContext.NameOption("sync");
        return BufferContext.Create(verb, does, "scanout", [mapping, name], buffer =>
            buffer.AnswerAsync(null, sync(buffer.Grain, buffer.NameFor(name, "sync"), buffer.Value(mapping))));
    }

    private static Command Begin()
    {
        var direction = WordOptions.Direction();
        var name = BufferContext.NameOption("access");
        return BufferContext.Create(
            "begin-cpu-access",
            "The CPU takes the buffer over: from-device to read what a device wrote, to-device to write for one.",
            "--direction to-device --as drawing",
            [direction, name],
            buffer =>
            {
                var access = buffer.NameFor(name, "cpu");
                return buffer.AnswerAsync(
                    access, buffer.Grain.BeginCpuAccessAsync(access, WordOptions.DirectionOf(buffer, direction)));
            });
    }

    private static Command Touch()
    {
        var direction = WordOptions.Direction();
        var name = BufferContext.NameOption("access");
        return BufferContext.Create(
            "cpu-access",
            "The CPU reads (from-device) or writes (to-device) through its caches, allowed or not; what goes wrong is on record as a hazard.",
            "--direction to-device",
            [direction, name],
            buffer => buffer.AnswerAsync(null, buffer.Grain.CpuAccessAsync(
                buffer.NameFor(name, "touch"), WordOptions.DirectionOf(buffer, direction))));
    }
}
