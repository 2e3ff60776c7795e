using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model;

/// <summary>An ordered list of names, compared by content. The default is empty.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.names")]
public readonly struct NameList : IEquatable<NameList>
{
    [Id(0)]
    private readonly ImmutableArray<string> _names;

    /// <summary>Creates the list.</summary>
    public NameList(params IEnumerable<string> names) => _names = [.. names];

    /// <summary>The names.</summary>
    public ImmutableArray<string> Names => _names.IsDefault ? [] : _names;

    /// <summary>Whether the list is empty.</summary>
    public bool IsEmpty => _names.IsDefaultOrEmpty;

    /// <summary>Whether both have the same names in the same order.</summary>
    public static bool operator ==(NameList left, NameList right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(NameList left, NameList right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(NameList other) => Names.SequenceEqual(other.Names);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NameList other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Names.Aggregate(0, (hash, name) => HashCode.Combine(hash, name));

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Names);
}
