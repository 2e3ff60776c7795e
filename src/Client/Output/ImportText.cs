using System.Globalization;
using DmaGrains.Kernel.Listings;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Output;

/// <summary>Writes a kernel's buffers for people.</summary>
internal static class ImportText
{
    private const int PlacesMax = 8;

    private static readonly string[] _headings = ["inode", "name", "exporter", "size", "references", "attached, newest first"];

    /// <summary>The buffers; what each exporter exported and each device holds; whether the board could serve them; and the problems of the text.</summary>
    public static void Write(Terminal terminal, ImportReport report)
    {
        terminal.Table(
            [.. _headings, .. report.Board is null ? [] : (string[])[report.Board]],
            report.Buffers.Select(buffer => (string[])[.. RowOf(buffer), .. report.Board is null ? [] : (string[])[OutcomeOf(buffer.Fit)]]));
        terminal.Line();
        terminal.Line($"{Counted.Of((ulong)report.BufferCount, "buffer")}, {Counted.Of(report.SizeBytes, "byte")}");
        foreach (var exporter in report.Exporters)
        {
            terminal.Line($"  exported by {Shown(exporter.Exporter)}: {Counted.Of((ulong)exporter.BufferCount, "buffer")}, {Counted.Of(exporter.SizeBytes, "byte")}");
        }

        foreach (var holder in report.Holders)
        {
            var times = holder.AttachmentCount == holder.BufferCount ? string.Empty : $" by {holder.AttachmentCount} attachments";
            var known = report.Board is null || holder.BoardDevice == holder.Device ? string.Empty
                : holder.BoardDevice is null ? $"; not on {report.Board}"
                : $"; {holder.BoardDevice} on {report.Board}";
            terminal.Line($"  held by {Shown(holder.Device)}: {Counted.Of((ulong)holder.BufferCount, "buffer")}, {Counted.Of(holder.SizeBytes, "byte")}{times}{known}");
        }

        WriteDetails(terminal, report);
    }

    /// <summary>The changes between two readings, a line each.</summary>
    public static void Write(Terminal terminal, IEnumerable<ListingChange> changes)
    {
        foreach (var change in changes)
        {
            var name = change.Name is null ? string.Empty : $" {Quoted.Text(change.Name)}";
            var buffer = $"{Shown(change.Buffer)}{name} ({Shown(change.Exporter)}, {Counted.Of(change.SizeBytes, "byte")})";
            terminal.Line(change.Kind switch
            {
                ListingChangeKind.Exported => $"+ {buffer}",
                ListingChangeKind.Gone => $"- {buffer}",
                ListingChangeKind.Attached => $"  {buffer}: {Shown(change.Device!)} attached",
                ListingChangeKind.Detached => $"  {buffer}: {Shown(change.Device!)} detached",
                ListingChangeKind.Renamed => $"  {buffer}: renamed",
                ListingChangeKind.Fences => $"  {buffer}: other fences",
                _ => throw new ArgumentOutOfRangeException(nameof(changes)),
            });
        }
    }

    private static void WriteDetails(Terminal terminal, ImportReport report)
    {
        foreach (var buffer in report.Buffers)
        {
            var label = buffer.Inode is { } inode ? $"buffer {inode}" : $"the buffer on line {buffer.Line}";
            if (buffer.Union is { } union)
            {
                terminal.Line($"  {label} says: {UnionText.Of(union)}");
            }

            foreach (var fence in buffer.Fences)
            {
                terminal.Line($"  {label}: {Shown(fence)}");
            }

            if (buffer.Fit?.Refusal is { } refusal)
            {
                terminal.Line($"  {label}: ", refusal.Errno, false, $"  {refusal.Reason}");
            }
        }

        foreach (var problem in report.Problems)
        {
            terminal.Line("  ", $"line {problem.Line}", false, $": {problem.Problem}");
        }

        if (report.BoardProblem is { } unmatched)
        {
            terminal.Line("  ", "board", false, $": {unmatched}");
        }

        if (report.UnreadLines > 0)
        {
            terminal.Line($"  {Counted.Of((ulong)report.UnreadLines, "line")} outside the listing, left out:");
        }

        foreach (var lines in report.LeftOut.Take(PlacesMax))
        {
            terminal.Line(lines.Count == 1
                ? $"    line {lines.First}: {Shown(lines.Text)}"
                : $"    lines {lines.First} to {lines.Last}: {Shown(lines.Text)} …");
        }

        if (report.LeftOut.Length > PlacesMax)
        {
            terminal.Line($"    and in {Counted.Of((ulong)(report.LeftOut.Length - PlacesMax), "other place")}; --json has all");
        }
    }

    private static string[] RowOf(ImportedBufferReport buffer) =>
    [
        buffer.Inode?.ToString(CultureInfo.InvariantCulture) ?? "?",
        buffer.Name is { } name ? Shown(name) : string.Empty,
        Shown(buffer.Exporter),
        buffer.SizeBytes.ToString(CultureInfo.InvariantCulture),
        buffer.Count?.ToString(CultureInfo.InvariantCulture) ?? "?",
        buffer.AttachedDevices is { } devices ? string.Join(", ", devices.Select(Shown)) : "?",
    ];

    private static string OutcomeOf(FitReport? fit) => fit switch
    {
        null => string.Empty,
        { Outcome: null, UnknownDevices.IsEmpty: true } => "not attached",
        { Outcome: null } => "knows none of them",
        { Refusal: null, Union: { } union, UnknownDevices: var unknown } => $"{fit.Outcome}: {UnionText.Of(union)}{(unknown.IsEmpty ? string.Empty : ", of those it knows")}",
        _ => fit.Outcome,
    };

    private static string Shown(string text) => HarmlessText.Short(text, Quoted.LengthMax);
}
