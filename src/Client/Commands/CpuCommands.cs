using System.CommandLine;

namespace DmaGrains.Client.Commands;

/// <summary>The CPU's commands on a live buffer (thread #32).</summary>
internal static class CpuCommands
{
    /// <summary>Begin, end, and touching it without.</summary>
    public static IEnumerable<Command> All =>
    [
        Begin(),
        ImporterCommands.Ends(
            "end-cpu-access", "ACCESS", "The CPU hands the buffer back.", "drawing", (grain, access) => grain.EndCpuAccessAsync(access)),
        Touch(),
    ];

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
