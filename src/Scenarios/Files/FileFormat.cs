namespace DmaGrains.Scenarios.Files;

/// <summary>A format of files, told from others by the keys that only its files have.</summary>
/// <param name="Kind">What its files describe.</param>
/// <param name="Says">What such a file is called in messages, with its article.</param>
/// <param name="Keys">Those keys.</param>
/// <param name="Read">Reads the root of a file of that path, and tells what is wrong.</param>
internal sealed record FileFormat(FileKind Kind, string Says, string[] Keys, Action<MapNode, string, Problems> Read)
{
    /// <summary>How many of its keys a file has.</summary>
    public int CountIn(MapNode root) => root.Keys.Count(key => Keys.Contains(key.Value));
}
