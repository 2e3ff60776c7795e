using DmaGrains.Analysis.Auditing;
using DmaGrains.Model;
using DmaGrains.Reports;

namespace DmaGrains.Client.Output;

/// <summary>Writes an audit for people.</summary>
internal static class AuditText
{
    private const int Shown = 8;

    /// <summary>What the device takes; for each list its violations, and what would help.</summary>
    public static void Write(Terminal terminal, AuditReport report)
    {
        var mmus = string.Join(" and ", new[] { report.Iommu, report.BusMmu }.OfType<string>());
        var path = mmus.Length == 0 ? string.Empty : $", through {mmus}";
        var windows = report.Windows.IsEmpty ? string.Empty : $", memory through {BusWindowReport.ToWindows(report.Windows)}";
        terminal.Line($"{report.Device} of {report.Board} takes: {UnionText.Of(report.Takes)}; addresses up to 0x{report.HighestAddress:x}{windows}{path}");
        foreach (var list in report.Lists)
        {
            var parts = list.Part == "entries"
                ? Counted.Of((ulong)list.SegmentCount, "entry", "entries")
                : Counted.Of((ulong)list.SegmentCount, "segment");
            var isGood = list.Violations.IsEmpty;
            terminal.Line(
                $"{list.List}, {parts} of {list.SizeBytes} bytes: ",
                isGood ? "ok" : Counted.Of((ulong)list.Violations.Length, "violation"),
                isGood,
                list.Remarks.IsEmpty ? string.Empty : $", {Counted.Of((ulong)list.Remarks.Length, "remark")}");
            Write(terminal, [.. list.Violations.Select(violation => $"  {violation.Field}: {violation.Reason}")]);
            Write(terminal, [.. list.Remarks.Select(remark => $"  remark, {remark.Field}: {remark.Reason}")]);

            if (!isGood)
            {
                WriteRemedy(terminal, report, list);
            }
        }
    }

    private static void Write(Terminal terminal, List<string> lines)
    {
        foreach (var line in lines.Take(Shown))
        {
            terminal.Line(line);
        }

        if (lines.Count > Shown)
        {
            terminal.Line($"  … {lines.Count - Shown} more");
        }
    }

    private static void WriteRemedy(Terminal terminal, AuditReport report, ListAuditReport list)
    {
        if (list.Part == "entries" && (report.Iommu ?? report.BusMmu) is { } mmu)
        {
            terminal.Line($"  these are pages: {report.Device} walks what {mmu} makes of them, which may be fewer and longer segments");
        }

        if (list.Resplit is { } resplit)
        {
            var verdict = resplit.Fits ? "which it takes" : resplit.Reachable ? "too many" : "beyond its reach";
            terminal.Line($"  the same pages in a list for it: {Counted.Of(resplit.SegmentCount, "segment")}, {verdict}");
        }

        if (list.SizeBytes == 0 && list.LeastSegmentCount is null)
        {
            return;
        }

        terminal.Line(list.LeastSegmentCount switch
        {
            null => "  no list of pages can have that size within its limits",
            var least when least > report.Takes.MaxSegmentCount => $"  other pages would not help: it needs at least {least} segments",
            var least => $"  other pages could work: {least} of its segments {(least == 1 ? "holds" : "hold")} as much",
        });
    }
}
