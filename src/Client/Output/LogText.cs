using System.Globalization;
using DmaGrains.Kernel.Logs;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Output;

/// <summary>Writes what a kernel log says of DMA for people.</summary>
internal static class LogText
{
    private const int FindingsMax = 100;

    /// <summary>The mappings of a dump, and each finding with what it means and what helps.</summary>
    public static void Write(Terminal terminal, LogReport report)
    {
        if (!report.Mappings.IsEmpty)
        {
            terminal.Table(
                ["device", "driver", "mappings", "bytes", "longest", "kinds", "unchecked"],
                report.Mappings.Select(mapping => (string[])
                [
                    mapping.Device,
                    mapping.Driver,
                    mapping.Count.ToString(CultureInfo.InvariantCulture),
                    mapping.SizeBytes.ToString(CultureInfo.InvariantCulture),
                    mapping.LongestBytes.ToString(CultureInfo.InvariantCulture),
                    string.Join(", ", mapping.Types.Select(type => $"{type.Value} {type.Key}")),
                    mapping.UncheckedCount.ToString(CultureInfo.InvariantCulture),
                ]));
            terminal.Line();
        }

        terminal.Line(report.FindingCount == 0
            ? $"{Counted.Of((ulong)report.LineCount, "line")}: nothing is wrong with DMA as far as they tell."
            : $"{Counted.Of((ulong)report.LineCount, "line")}, {report.FindingCount} of them on DMA:");
        foreach (var finding in report.Findings.Take(FindingsMax))
        {
            var lines = finding.Count == 1 ? $"line {finding.Line}" : $"line {finding.Line} to {finding.LastLine}, {finding.Count} times";
            terminal.Line();
            terminal.Line(string.Empty, NameOf(finding.Kind), false, $" ({lines})");
            terminal.Line($"  {finding.Text}");
            terminal.Line($"  {finding.Why}");
            if (finding.Help is { } help)
            {
                terminal.Line($"  What helps: {help}");
            }

            if (finding.BoardHelp is { } onBoard)
            {
                terminal.Line($"  {onBoard}");
            }
        }

        if (report.Findings.Length > FindingsMax)
        {
            terminal.Line($"and {Counted.Of((ulong)(report.Findings.Length - FindingsMax), "other finding")}; --json has more");
        }

        if (report.Board is { } board && report.Findings.Any(finding => finding.Device is not null) && report.Findings.All(finding => finding.BoardDevice is null))
        {
            terminal.Line();
            terminal.Line($"{Quoted.Text(board)} has none of the devices named: --device KERNEL=BOARD gives its names for them.");
        }
    }

    private static string NameOf(LogKind kind) => kind switch
    {
        LogKind.OutOfReach => "out of reach",
        LogKind.PoolFull => "bounce pool full",
        LogKind.AreaFull => "contiguous area full",
        LogKind.SegmentTooLong => "segment too long",
        LogKind.SegmentAcrossBoundary => "segment across a boundary",
        LogKind.LeftMapped => "left mapped",
        LogKind.WrongUse => "wrong use of the DMA API",
        LogKind.IommuFault => "IOMMU fault",
        LogKind.ImportFailed => "import failed",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
