namespace DmaGrains.Model.Buffers;

/// <summary>What a map, a map of raw access, a get of the scatterlist and a get of page frame numbers have in common.</summary>
/// <param name="Name">The caller's new name for it.</param>
/// <param name="Attachment">Who takes it; for a map of raw access, whoever took that.</param>
/// <param name="Direction">Which way data moves; raw access says nothing of it.</param>
/// <param name="Access">One of the accesses.</param>
/// <param name="Options">What a map asks for beyond that.</param>
internal readonly record struct Taking(
    string Name, string Attachment, DmaDirection Direction, BufferAccess Access, MapOptions Options = MapOptions.None)
{
    /// <summary>The raw access that its importer maps itself; null when the exporter maps.</summary>
    public string? Raw { get; init; }

    /// <summary>What a command takes; null when it takes nothing.</summary>
    public static Taking? Of(DmaCommand command) => command switch
    {
        DmaCommand.Map map => new(map.Mapping, map.Attachment, map.Direction, BufferAccess.Map, map.Options),
        DmaCommand.MapRaw map => new(map.Mapping, string.Empty, map.Direction, BufferAccess.Map, map.Options) { Raw = map.Raw ?? string.Empty },
        DmaCommand.GetScatterlist get =>
            new(get.Mapping, get.Attachment, DmaDirection.Bidirectional, BufferAccess.Scatterlist),
        DmaCommand.GetPfns get => new(get.Mapping, get.Attachment, DmaDirection.Bidirectional, BufferAccess.Pfns),
        _ => null,
    };

    /// <summary>What a command gives back: the mapping's name and its access; null when it gives nothing back.</summary>
    public static (string Mapping, BufferAccess Access)? GivenBackBy(DmaCommand command) => command switch
    {
        DmaCommand.Unmap unmap => (unmap.Mapping, BufferAccess.Map),
        DmaCommand.PutScatterlist put => (put.Mapping, BufferAccess.Scatterlist),
        DmaCommand.PutPfns put => (put.Mapping, BufferAccess.Pfns),
        _ => null,
    };
}
