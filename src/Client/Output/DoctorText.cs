using DmaGrains.Kernel.Doctoring;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Output;

/// <summary>Writes what a machine says of its shared buffers for people.</summary>
internal static class DoctorText
{
    /// <summary>The machine, who holds what, what is at risk, and what is not known.</summary>
    public static void Write(Terminal terminal, DoctorReport report)
    {
        var machine = report.Machine;
        terminal.Line(
            $"{machine.Board ?? "a machine without a board"}, Linux {machine.Kernel ?? "of unknown version"}: {Counted.Of((ulong)machine.Regions, "memory region")}, "
            + $"{Counted.Of((ulong)machine.Iommus, "MMU")}, {Counted.Of((ulong)machine.Devices, "device")}");
        terminal.Line();
        if (report.Buffers is { } buffers)
        {
            ImportText.Write(terminal, buffers);
        }
        else
        {
            terminal.Line("Which buffers there are is not known.");
        }

        foreach (var pool in report.Pools)
        {
            terminal.Line();
            terminal.Line(
                $"{pool.Name}: {SizeOf(pool.UsedBytes)} of {SizeOf(pool.SizeBytes)} in use{(pool.MostUsedBytes is { } most ? $", {Sizes.Format(most)} at most so far{(most > 0 ? ": what a device cannot reach was copied" : string.Empty)}" : string.Empty)}"
                + (pool.Risk is { } risk ? "; " : string.Empty), pool.Risk ?? string.Empty, false, string.Empty);
        }

        if (report.DmaApiErrors is { } errors)
        {
            terminal.Line();
            terminal.Line("DMA-API debugging: ", errors == 0 ? "no errors" : $"{Counted.Of(errors, "error")}", errors == 0, errors == 0 ? string.Empty : ", which the kernel log tells");
        }

        if (report.Mappings is { } mappings)
        {
            terminal.Line();
            LogText.Write(terminal, mappings);
        }

        if (report.Log is { } log)
        {
            terminal.Line();
            LogText.Write(terminal, log);
        }

        terminal.Line();
        terminal.Line(report.Good ? "Nothing that could be read is at risk." : "Something is at risk: see above.");
        if (!report.Unknown.IsEmpty)
        {
            terminal.Line("Not known:");
            foreach (var unread in report.Unknown)
            {
                terminal.Line($"  {unread.Path}: {unread.Reason}");
            }
        }
    }

    private static string SizeOf(ulong? bytes) => bytes is { } known ? Sizes.Format(known) : "an unknown part";
}
