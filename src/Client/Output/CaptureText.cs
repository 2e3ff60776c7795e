using DmaGrains.Kernel.Capturing;
using DmaGrains.Model;

namespace DmaGrains.Client.Output;

/// <summary>Writes the result of a capture for people.</summary>
internal static class CaptureText
{
    /// <summary>What the file contains, what could not be read, and what the format cannot express.</summary>
    public static void Write(Terminal terminal, CaptureReport report, string? file)
    {
        var found = $"{Counted.Of((ulong)report.Regions, "memory region")}, {Counted.Of((ulong)report.Iommus, "MMU")}, {Counted.Of((ulong)report.Devices, "device")}";
        terminal.Line(report.Board is { } board
            ? $"board {board}: {found}, in {file ?? "standard output"}"
            : $"no board: {found}; a board needs at least one region and one device");
        Write(terminal, "not read:", report.Unread.Select(unread => $"{unread.Path}: {unread.Reason}"));
        Write(terminal, "not in the format:", report.LeftOut);
    }

    private static void Write(Terminal terminal, string heading, IEnumerable<string> lines)
    {
        terminal.Line(heading);
        foreach (var line in lines)
        {
            terminal.Line($"  {line}");
        }
    }
}
