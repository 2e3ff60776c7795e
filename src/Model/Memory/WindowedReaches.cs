using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>The reaches of several importers through windows. Compared by content. The default is empty.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.windowed-reaches")]
public readonly struct WindowedReaches : IEquatable<WindowedReaches>
{
    [Id(0)]
    private readonly ImmutableArray<WindowedReach> _reaches;

    /// <summary>Creates the set.</summary>
    public WindowedReaches(params IEnumerable<WindowedReach> reaches) => _reaches = [.. reaches];

    /// <summary>One for each importer.</summary>
    public ImmutableArray<WindowedReach> All => _reaches.IsDefault ? [] : _reaches;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _reaches.IsDefaultOrEmpty;

    /// <summary>Whether both are equal.</summary>
    public static bool operator ==(WindowedReaches left, WindowedReaches right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(WindowedReaches left, WindowedReaches right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(WindowedReaches other) => All.AsSpan().SequenceEqual(other.All.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is WindowedReaches other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => All.Aggregate(0, (hash, reach) => HashCode.Combine(hash, reach));

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", All);
}
