namespace DmaGrains.Scenarios.Files;

/// <summary>An entry of a mapping.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value.</param>
internal sealed record MapEntry(TextNode Key, FileNode Value);
