using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model;

/// <summary>Names in an order; equal when they are the same names. The default has none.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.names")]
public readonly struct NameList : IEquatable<NameList>
{
    [Id(0)]
    private readonly ImmutableArray<string> _names;

    /// <summary>Those names.</summary>
    public NameList(params IEnumerable<string> names) => _names = [.. names];

    /// <summary>The names.</summary>
    public ImmutableArray<string> Names => _names.IsDefault ? [] : _names;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _names.IsDefaultOrEmpty;

    /// <summary>Whether both have the same names.</summary>
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
