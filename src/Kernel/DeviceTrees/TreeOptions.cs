using System.Collections.Immutable;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>Memory that a boot loader would have stated.</summary>
/// <param name="SizeBytes">Bytes.</param>
/// <param name="Start">Its first byte; null for where the tree says that memory starts.</param>
public sealed record StatedMemory(ulong SizeBytes, ulong? Start);

/// <summary>What a device tree does not say.</summary>
public sealed record TreeOptions
{
    /// <summary>The board's name; null for the tree's own.</summary>
    public string? Name { get; init; }

    /// <summary>The kernel that reads it; null for that of its processors.</summary>
    public TreeArchitecture? Architecture { get; init; }

    /// <summary>Memory in place of the tree's; empty to take what the tree states.</summary>
    public ImmutableArray<StatedMemory> Memory { get; init; } = [];

    /// <summary>Overlays that are applied to it, in this order.</summary>
    public ImmutableArray<TreeOverlay> Overlays { get; init; } = [];

    /// <summary>The facts of a flattened tree with its overlays.</summary>
    internal TreeFacts Facts(ReadOnlyMemory<byte> bytes) => Facts(FlattenedTree.Read(bytes, Overlays.AsSpan()));

    /// <summary>The facts of a tree.</summary>
    internal TreeFacts Facts(DeviceTree tree) => TreeFactsReader.Read(tree, Architecture ?? TreeArchitectures.Of(tree));
}
