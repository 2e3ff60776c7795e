namespace DmaGrains.Model.Buffers;

/// <summary>The request common to a map, a map of raw access, and a get of the scatterlist or of page frame numbers.</summary>
/// <param name="Name">The caller's new name for it.</param>
/// <param name="Attachment">The attachment that asks; for a map of raw access, the one that took it.</param>
/// <param name="Direction">Which way data moves; ignored for raw access.</param>
/// <param name="Access">What is asked for: exactly one flag.</param>
/// <param name="Options">Further options of a map.</param>
internal readonly record struct AccessRequest(
    string Name, string Attachment, DmaDirection Direction, BufferAccess Access, MapOptions Options = MapOptions.None)
{
    /// <summary>The raw access that its importer maps itself; null when the exporter maps.</summary>
    public string? Raw { get; init; }
}
