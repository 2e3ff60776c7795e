namespace DmaGrains.Scenarios.Files;

/// <summary>A file format, recognized by keys that only its files have.</summary>
/// <param name="Kind">The kind of file.</param>
/// <param name="Says">The name of such a file in messages, with its article.</param>
/// <param name="Keys">The keys that only its files have.</param>
/// <param name="Read">Reads the root of a file of that path, and reports problems.</param>
internal sealed record FileFormat(FileKind Kind, string Says, string[] Keys, Action<MapNode, string, Problems> Read)
{
    /// <summary>The number of its keys that a file has.</summary>
    public int CountIn(MapNode root) => root.Keys.Count(key => Keys.Contains(key.Value));
}
