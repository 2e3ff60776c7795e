namespace DmaGrains.Model.Buffers;

/// <summary>What a map, a map of raw access, a get of the scatterlist and a get of page frame numbers have in common.</summary>
/// <param name="Name">The caller's new name for it.</param>
/// <param name="Attachment">Who takes it; for a map of raw access, whoever took that.</param>
/// <param name="Direction">Which way data moves; raw access says nothing of it.</param>
/// <param name="Access">One of the accesses.</param>
/// <param name="Options">What a map asks for beyond that.</param>
internal readonly record struct AccessRequest(
    string Name, string Attachment, DmaDirection Direction, BufferAccess Access, MapOptions Options = MapOptions.None)
{
    /// <summary>The raw access that its importer maps itself; null when the exporter maps.</summary>
    public string? Raw { get; init; }
}
