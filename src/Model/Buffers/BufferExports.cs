namespace DmaGrains.Model.Buffers;

/// <summary>What becomes of a buffer's name at an export.</summary>
public static class BufferExports
{
    /// <summary>Exports under a name that may have been used before.</summary>
    /// <param name="existing">What the name stands for now; null when it is new.</param>
    /// <param name="export">What the exporter says.</param>
    /// <param name="exporterIsKnown">Whether the board has the exporting device, if one is named.</param>
    /// <returns>
    /// The buffer: the same object for a repeat of the export that made it, gone or not. EINVAL for a malformed export, ENODEV for an
    /// unknown exporter, EEXIST when another buffer of that name lives or owes pages.
    /// </returns>
    public static DmaResult<DmaBuffer> Export(DmaBuffer? existing, BufferExport export, bool exporterIsKnown)
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

        if (existing is null)
        {
            return DmaBuffer.Export(export);
        }

        if (existing.Origin == export)
        {
            return DmaResult.Grant(existing);
        }

        return existing.IsFreed
            ? DmaBuffer.Export(export, existing.Generation + 1)
            : DmaResult.Refuse<DmaBuffer>(Refusal.Of(
                Errno.EEXIST, "Name", $"Buffer {export.Name} exists with {existing.SizeBytes} bytes, exported by {existing.Origin.Exporter ?? "a heap"}."));
    }

    /// <summary>ENOENT: nothing was ever exported under that name.</summary>
    public static Refusal NoBuffer(string buffer) => Refusal.Of(
        Errno.ENOENT, "Buffer", $"There is no buffer {(ModelName.IsValid(buffer) ? buffer : "of that name")}; export it first.");
}
