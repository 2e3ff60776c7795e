using System.Collections.Immutable;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>The stored state of a bucket of names.</summary>
[GenerateSerializer, Immutable, Alias("dma.stored.name-bucket")]
internal sealed record NameBucketRecord
{
    /// <summary>How often the bucket has split, its ancestors included; 0 to 64.</summary>
    [Id(0)]
    public int Level { get; init; }

    /// <summary>Its names, in the order of their positions.</summary>
    [Id(1)]
    public ImmutableArray<ListedName> Names { get; init; } = [];

    /// <summary>How often it was written.</summary>
    [Id(2)]
    public ulong Version { get; init; }

    /// <summary>The version of the bucket that it split from, when that filled it; 0 for the first bucket.</summary>
    [Id(3)]
    public ulong FilledAt { get; init; }

    /// <summary>Whether it has been changed since it was filled: it is in use, and is not filled again.</summary>
    [Id(4)]
    public bool IsInUse { get; init; }

    /// <summary>The names removed last, oldest first, each once: a late request must not bring them back.</summary>
    [Id(5)]
    public ImmutableArray<ListedName> Removed { get; init; } = [];
}
