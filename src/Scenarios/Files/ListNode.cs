using System.Collections.Immutable;

namespace DmaGrains.Scenarios.Files;

/// <summary>A list.</summary>
/// <param name="label">Its name in messages.</param>
/// <param name="place">Where it starts.</param>
/// <param name="entries">Its entries, in order.</param>
internal sealed class ListNode(string label, Place place, ImmutableArray<FileNode> entries) : FileNode(label, place)
{
    /// <summary>Its entries, in order.</summary>
    public ImmutableArray<FileNode> Entries { get; } = entries;

    /// <inheritdoc/>
    public override string Found => Entries.IsEmpty ? "an empty list" : "a list";
}
