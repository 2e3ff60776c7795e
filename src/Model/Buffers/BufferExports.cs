using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Buffers;

/// <summary>What becomes of a buffer's name at an export.</summary>
public static class BufferExports
{
    /// <summary>How many generations an export uses: its own, and the next one, which a migration that was never noted may have asked for.</summary>
    public const uint GenerationsOfExport = 2;

    /// <summary>Exports under a name that may have been used before.</summary>
    /// <param name="existing">What the name stands for now; null when it is new.</param>
    /// <param name="export">What the exporter says.</param>
    /// <param name="exporterIsKnown">Whether the board has the exporting device, if one is named.</param>
    /// <param name="board">The board's regions, or at least what <see cref="NamedRegions.ForExport"/> gives; not looked at for a repeat.</param>
    /// <param name="exporter">The exporting device, where the policy hands its addresses out; null for a heap.</param>
    /// <param name="least">The least generation of a new buffer: <see cref="GenerationAfter"/> the last export that came to nothing.</param>
    /// <returns>
    /// The buffer: the same object for a repeat of the export that made it, gone or not. EINVAL or ENOSPC for a malformed export,
    /// ENODEV for an unknown exporter, EOPNOTSUPP for one that only imports, EINVAL as <see cref="NamedRegions.Find"/>, EEXIST when another buffer of that name lives or owes
    /// pages.
    /// </returns>
    public static DmaResult<DmaBuffer> Export(
        DmaBuffer? existing,
        BufferExport export,
        bool exporterIsKnown,
        IEnumerable<MemoryRegionLayout> board,
        Device? exporter = null,
        uint least = 0)
    {
        if (export.Check() is { } refusal)
        {
            return DmaResult.Refuse<DmaBuffer>(refusal);
        }

        if (!exporterIsKnown)
        {
            return DmaResult.Refuse<DmaBuffer>(new(
                Errno.ENODEV, export.Exporter, "Exporter", null, null, $"The board has no device {export.Exporter} to export {export.Name}."));
        }

        if (existing is not null && existing.Origin == export)
        {
            return DmaResult.Grant(existing);
        }

        if (exporter is not null && NeverExports(exporter) is { } never)
        {
            return DmaResult.Refuse<DmaBuffer>(never);
        }

        var found = NamedRegions.Find(export.Memory, board);
        if (!found.TryGetValue(out var regions))
        {
            return DmaResult.Refuse<DmaBuffer>(found.Refusal!);
        }

        var exported = existing is null ? DmaBuffer.Export(export, least, regions)
            : existing.IsFreed ? DmaBuffer.ExportAfter(existing, export, regions, least)
            : DmaResult.Refuse<DmaBuffer>(Refusal.Of(
                Errno.EEXIST, "Name", $"Buffer {export.Name} exists with {existing.SizeBytes} bytes, exported by {existing.Origin.Exporter ?? "a heap"}."));
        return exported.TryGetValue(out var buffer) ? DmaResult.Grant(buffer.ExportedBy(exporter, board.FirstOrDefault()?.PageOrder ?? 0)) : exported;
    }

    /// <summary>Null when an export can be one of a buffer of that name.</summary>
    /// <returns>EINVAL naming Origin (null) or Name (another buffer's), or as <see cref="BufferExport.Check"/>.</returns>
    public static Refusal? CheckFor(string buffer, BufferExport? origin) =>
        origin is null ? Refusal.Null(nameof(origin))
        : origin.Name != buffer
            ? Refusal.Of(Errno.EINVAL, "Name", $"This grain is the buffer {buffer}, not {ModelName.Quoted(origin.Name)}.")
        : origin.Check();

    /// <summary>EOPNOTSUPP for a device whose driver only imports; null for others.</summary>
    public static Refusal? NeverExports(Device exporter) => exporter.NeverExports
        ? new(
            Errno.EOPNOTSUPP, exporter.Name, nameof(Device.NeverExports), null, null,
            $"{exporter.Name} only imports buffers: expected another exporter, or a heap.")
        : null;

    /// <summary>The generation of the buffer that an export would make, or of the one that lives.</summary>
    /// <param name="existing">What the name stands for now; null when it is new.</param>
    /// <param name="least">As for <see cref="Export"/>.</param>
    public static uint GenerationOf(DmaBuffer? existing, uint least) =>
        existing is null ? least
        : existing.IsFreed ? Math.Max(GenerationAfter(existing), least)
        : existing.Generation;

    /// <summary>The first generation that nothing was asked for under while a buffer was there.</summary>
    public static uint GenerationAfter(DmaBuffer buffer) => buffer.Generation + GenerationsOfExport;

    /// <summary>ENOENT: nothing was ever exported under that name.</summary>
    public static Refusal NoBuffer(string buffer) => Refusal.Of(
        Errno.ENOENT, "Buffer", $"There is no buffer {(ModelName.IsValid(buffer) ? buffer : "of that name")}; export it first.");
}
