using DmaGrains.Reports;

namespace DmaGrains.Client.Output;

/// <summary>Writes a board for people.</summary>
internal static class BoardText
{
    /// <summary>Its devices, its MMUs, and how full its memory is.</summary>
    public static void Write(Terminal terminal, BoardReport report)
    {
        terminal.Line($"{report.Name}: {report.Title}");
        if (report.PageSize is { } pageSize)
        {
            terminal.Line($"pages of {pageSize} bytes");
        }

        terminal.Line();
        DeviceTable.Write(terminal, report.Devices);
        terminal.Line();
        if (!report.Iommus.IsEmpty)
        {
            IommuTable.Write(terminal, report.Iommus);
            terminal.Line();
        }

        RegionTable.Write(terminal, report.Memory);
    }
}
