using System.Globalization;
using System.Text.Json;
using DmaGrains.Client.Live;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Client.Output;

/// <summary>A buffer for people, and as a document.</summary>
internal static class BufferText
{
    /// <summary>The buffer as a document.</summary>
    public static object DocumentOf(DmaBuffer buffer) => new
    {
        buffer.Name,
        buffer.SizeBytes,
        buffer.Origin.Exporter,
        Released = buffer.IsReleased,
        Revoked = buffer.IsRevoked,
        Gone = buffer.IsGone,
        buffer.Policy,
        Union = UnionReport.Of(buffer.Constraints),
        Attachments = InOrder(buffer).Select(attachment => new
        {
            attachment.Name,
            attachment.Device,
            Demand = UnionReport.Of(attachment.Demand),
            attachment.HighestAddress,
            Pending = attachment.IsPending,
        }),
        Mappings = buffer.Mappings.Select(mapping => new
        {
            mapping.Name,
            mapping.Attachment,
            mapping.Direction,
            Scatterlist = ScatterlistReport.Of(mapping),
        }),
        Storage = buffer.Storage is { } storage
            ? new
            {
                storage.Regions,
                Extents = storage.Extents.Select(extent => new { Address = extent.Address.Value, extent.SizeBytes }),
            }
            : null,
        Hazards = buffer.Hazards.Select(HazardReport.Of),
        buffer.Costs,
    };

    /// <summary>Writes it as text.</summary>
    public static void Write(Terminal terminal, BoardPath path, DmaBuffer buffer)
    {
        var state = (buffer.IsRevoked ? ", revoked" : string.Empty)
            + (buffer.IsGone ? ", gone" : buffer.IsReleased ? ", released" : string.Empty);
        terminal.Line($"{path}: {Counted.Of(buffer.SizeBytes, "byte")}, exported by {buffer.Origin.Exporter ?? "a heap"}{state}");
        terminal.Line($"union: {UnionText.Of(buffer.Constraints)}");
        terminal.Line(buffer.Storage is { } storage
            ? $"storage: {Counted.Of(storage.PageCount, "page")} in {Counted.Of((ulong)storage.Extents.Length, "run")} from {string.Join(", ", storage.Regions)}"
            : "storage: none yet");
        if (buffer.Costs.Migrations > 0)
        {
            terminal.Line($"moved: {Counted.Of(buffer.Costs.Migrations, "time")}, {Counted.Of(buffer.Costs.BytesCopied, "byte")} copied");
        }

        foreach (var hazard in buffer.Hazards)
        {
            terminal.Line(string.Empty, "hazard", false, $": {hazard.Reason}");
        }

        terminal.Line();
        terminal.Table(
            ["attachment", "device", "asks for", "mappings"],
            InOrder(buffer).Select(attachment => (string[])
            [
                attachment.Name,
                attachment.Device,
                UnionText.Of(attachment.Demand),
                attachment.IsPending ? "waits for the storage to move" : MappingsOf(buffer, attachment),
            ]));
    }

    private static IEnumerable<Attachment> InOrder(DmaBuffer buffer) =>
        buffer.Attachments.OrderBy(attachment => attachment.Sequence);

    private static string MappingsOf(DmaBuffer buffer, Attachment attachment) => string.Join(
        ", ",
        buffer.Mappings
            .Where(mapping => mapping.Attachment == attachment.Name)
            .Select(mapping => string.Create(CultureInfo.InvariantCulture, $"{mapping.Name} ({DirectionOf(mapping)})")));

    /// <summary>As <c>--direction</c> spells it.</summary>
    private static string DirectionOf(Mapping mapping) =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(mapping.Direction.ToString());
}
