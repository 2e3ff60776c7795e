using System.Collections.Immutable;
using DmaGrains.Model.Devices;

namespace DmaGrains.Reports;

/// <summary>A part of memory as a bus sees it.</summary>
/// <param name="Cpu">The CPU address of its first byte.</param>
/// <param name="Bus">The bus address of the same byte.</param>
/// <param name="Size">Bytes.</param>
public sealed record BusWindowReport(ulong Cpu, ulong Bus, ulong Size)
{
    /// <summary>The reports of windows, in the order stated.</summary>
    public static ImmutableArray<BusWindowReport> Of(DmaWindows windows) =>
        [.. windows.All.Select(window => new BusWindowReport(window.CpuStart, window.BusStart, window.SizeBytes))];

    /// <summary>The windows that reports describe.</summary>
    public static DmaWindows ToWindows(ImmutableArray<BusWindowReport> reports) =>
        new(reports.Select(report => new DmaWindow(report.Cpu, report.Bus, report.Size)));
}
