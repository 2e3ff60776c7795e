using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>
/// Where the searches of a bounce pool's second and later areas begin, each counted in slots from the start of its area. Compared by content.
/// The default is the start of each.
/// </summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.area-positions")]
public readonly struct AreaPositions : IEquatable<AreaPositions>
{
    /// <summary>The last one is not 0; areas beyond it are at their starts.</summary>
    [Id(0)]
    private readonly ImmutableArray<int> _slots;

    private AreaPositions(ImmutableArray<int> slots) => _slots = slots;

    /// <summary>The positions, up to the last area that is not at its start.</summary>
    public ImmutableArray<int> Slots => _slots.IsDefault ? [] : _slots;

    /// <summary>Whether both have the same positions.</summary>
    public static bool operator ==(AreaPositions left, AreaPositions right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(AreaPositions left, AreaPositions right) => !left.Equals(right);

    /// <summary>The position of an area.</summary>
    /// <param name="later">Counts the areas behind the first one, from 0.</param>
    public int Of(int later) => later < Slots.Length ? _slots[later] : 0;

    /// <summary>The positions with another one.</summary>
    /// <param name="later">Counts the areas behind the first one, from 0.</param>
    /// <param name="slot">Slots from the area's start.</param>
    public AreaPositions With(int later, int slot)
    {
        var slots = new int[Math.Max(Slots.Length, later + 1)];
        Slots.CopyTo(slots);
        slots[later] = slot;
        return new([.. slots.AsSpan(0, slots.AsSpan().LastIndexOfAnyExcept(0) + 1)]);
    }

    /// <inheritdoc/>
    public bool Equals(AreaPositions other) => Slots.AsSpan().SequenceEqual(other.Slots.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AreaPositions other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Slots.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Slots);
}
