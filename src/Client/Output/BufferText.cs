using System.Globalization;
using DmaGrains.Client.Live;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;

namespace DmaGrains.Client.Output;

/// <summary>Writes a buffer for people.</summary>
internal static class BufferText
{
    /// <summary>As the kernel's debugfs lists it, then in words, then its attachments.</summary>
    public static void Write(Terminal terminal, BoardPath path, DmaBuffer described)
    {
        var buffer = BufferReport.Of(described);
        terminal.Text(DebugfsBuffer.Of(described).ToText());
        var state = (buffer.Revoked ? ", revoked" : string.Empty)
            + (buffer.Gone ? ", gone" : buffer.Released ? ", released" : string.Empty);
        terminal.Line($"{path}: {Counted.Of(buffer.SizeBytes, "byte")}, exported by {buffer.Exporter ?? "a heap"}{state}");
        terminal.Line($"union: {UnionText.Of(buffer.Union)}");
        terminal.Line(described.Storage is { } storage
            ? $"storage: {Counted.Of(storage.PageCount, "page")} in {Counted.Of((ulong)storage.Extents.Length, "run")} from {string.Join(", ", storage.Regions)}"
            : $"storage: none yet{(buffer.Memory.IsEmpty ? string.Empty : $", to come from {string.Join(", ", buffer.Memory)}")}");
        if (buffer.Lines is { } lines)
        {
            terminal.Line($"lines: {lines.Height} of {Counted.Of(lines.BytesPerLine, "byte")}, one every {lines.Stride}; {Counted.Of(lines.WorstSegmentCount, "segment")} at worst");
        }

        terminal.Line($"owner: {OwnerOf(buffer.Owner)}");
        terminal.Line($"costs: {string.Join(", ", CostsOf(buffer.Costs).DefaultIfEmpty("none"))}");
        foreach (var hazard in buffer.Hazards)
        {
            terminal.Line(string.Empty, "hazard", false, $": {RunText.HazardWords(hazard)}");
        }

        terminal.Line();
        terminal.Table(
            ["attachment", "device", "asks for", "access", "mappings"],
            buffer.Attachments.Select(attachment => (string[])
            [
                attachment.Name,
                attachment.Device,
                UnionText.Of(attachment.Demand),
                string.Join(", ", attachment.Access),
                attachment.Pending ? "waits for the storage to move" : MappingsOf(buffer, attachment),
            ]));
    }

    private static string OwnerOf(OwnerReport owner)
    {
        var whose = owner.Owner == OwnerReport.Cpu ? "the CPU" : string.Join(", ", owner.Devices);
        var owed = owner.Owed.IsEmpty ? string.Empty : $"; a flush is owed by {string.Join(", ", owner.Owed)}";
        string[] notes =
        [
            .. owner.CpuAccesses.Select(access => $"{access.Name} ({access.Direction})"),
            .. owner.CachesAreStale ? (string[])["its caches may be older than memory"] : [],
            .. owner.CachesAreDirty ? (string[])["its caches hold data that memory does not"] : [],
        ];
        return notes.Length == 0 ? whose + owed : $"{whose}{owed}; CPU: {string.Join(", ", notes)}";
    }

    private static IEnumerable<string> CostsOf(BufferCosts costs)
    {
        (ulong Count, string One, string? Many)[] counts =
        [
            (costs.Migrations, "move", null),
            (costs.BytesCopied, "byte copied", "bytes copied"),
            (costs.ListsBuilt, "list built", "lists built"),
            (costs.CacheCleans, "clean", null),
            (costs.CacheInvalidates, "invalidate", null),
            (costs.CacheWorkSaved, "sync saved", "syncs saved"),
            (costs.Bounces, "bounce", null),
            (costs.BytesBounced, "byte bounced", "bytes bounced"),
        ];
        return counts.Where(cost => cost.Count != 0).Select(cost => Counted.Of(cost.Count, cost.One, cost.Many));
    }

    private static string MappingsOf(BufferReport buffer, AttachmentReport attachment) => string.Join(
        ", ",
        buffer.Mappings
            .Where(mapping => mapping.Attachment == attachment.Name)
            .Select(mapping => string.Create(CultureInfo.InvariantCulture, $"{mapping.Name} ({mapping.Direction ?? mapping.Access}{(mapping.Raw is { } raw ? $", of {raw}" : string.Empty)})")));
}
