using Orleans;

namespace DmaGrains.Model.Constraints;

/// <summary>Values for the rows of <see cref="ListLimit.All"/>: limits beyond count, size and boundary. The default states none.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.list-limits")]
public readonly struct ListLimits : IEquatable<ListLimits>
{
    // Null when no limit is stated. Never modified, so instances may share it.
    [Id(0)]
    private readonly ulong[]? _values;

    private ListLimits(ulong[]? values) => _values = values;

    /// <summary>Whether no limit is stated.</summary>
    public bool IsEmpty => _values is null;

    /// <summary>A limit's value; 0 when it is not stated.</summary>
    public ulong this[ListLimit limit]
    {
        get
        {
            var index = _values is null ? -1 : ListLimit.All.IndexOf(limit);
            return index < 0 || index >= _values!.Length ? 0 : _values[index];
        }
    }

    /// <summary>The stated limits with their values, in table order.</summary>
    public IEnumerable<(ListLimit Limit, ulong Value)> Stated
    {
        get
        {
            for (var index = 0; index < (_values?.Length ?? 0); index++)
            {
                if (_values![index] != 0)
                {
                    yield return (ListLimit.All[index], _values[index]);
                }
            }
        }
    }

    /// <summary>Sets one limit's value.</summary>
    public ListLimits With(ListLimit limit, ulong value)
    {
        var values = new ulong[ListLimit.All.Length];
        _values?.CopyTo(values, 0);
        values[ListLimit.All.IndexOf(limit)] = value;
        return new(Array.TrueForAll(values, static each => each == 0) ? null : values);
    }

    /// <summary>The limits that satisfy both. Commutative, associative and idempotent. Allocates only when the result differs from both.</summary>
    public static ListLimits Intersect(ListLimits left, ListLimits right) =>
        left._values is null ? right
        : right._values is null || ReferenceEquals(left._values, right._values) ? left
        : Combine(left, right);

    /// <summary>The limits without those about addresses, for the pages of a device behind an MMU.</summary>
    public ListLimits WithoutAddresses()
    {
        var limits = this;
        foreach (var (limit, _) in Stated)
        {
            limits = limit.IsOfAddresses ? limits.With(limit, 0) : limits;
        }

        return limits;
    }

    /// <summary>The first limit that a segment of a list breaks; null when it keeps all.</summary>
    public Refusal? Check(SegmentInList segment, string importer)
    {
        foreach (var (limit, value) in Stated)
        {
            if (limit.Check(value, segment, importer) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>The first limit that a buffer itself breaks, whatever its list; null when it keeps all.</summary>
    /// <remarks>The only place that judges frames.</remarks>
    public Refusal? Check(string buffer, FrameShape frame, string importer)
    {
        foreach (var (limit, value) in Stated)
        {
            if (limit.Check(value, buffer, frame, importer) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>Grows a frame to the smallest one that keeps all limits.</summary>
    public FrameShape Grown(FrameShape frame)
    {
        // Longer lines make a longer frame, so strides come first.
        foreach (var (limit, value) in Stated.Reverse())
        {
            frame = limit.Needs?.Invoke(value, frame) ?? frame;
        }

        return frame;
    }

    /// <summary>Whether both state the same values.</summary>
    public static bool operator ==(ListLimits left, ListLimits right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(ListLimits left, ListLimits right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(ListLimits other) => ReferenceEquals(_values, other._values) || StatesTheSame(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ListLimits other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Stated.Aggregate(0, static (hash, stated) => HashCode.Combine(hash, stated.Limit.Field, stated.Value));

    /// <summary>The limits in words, each after a comma; empty when none is stated.</summary>
    public override string ToString() => string.Concat(Stated.Select(stated => $", {stated.Limit.Takes(stated.Value)}"));

    private bool StatesTheSame(ListLimits other) => Stated.SequenceEqual(other.Stated);

    private static ListLimits Combine(ListLimits left, ListLimits right)
    {
        var values = new ulong[ListLimit.All.Length];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = ListLimit.All[index].Combine(left.At(index), right.At(index));
        }

        ListLimits both = new(values);
        return both.Equals(left) ? left : both.Equals(right) ? right : both;
    }

    private ulong At(int index) => index < _values!.Length ? _values[index] : 0;
}
