using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>A small address space kept granule by granule: the policies by trying every base.</summary>
internal sealed class GranuleBitmap
{
    private readonly IovaSpaceLayout _layout;
    private readonly Dictionary<ulong, State> _granules = [];
    private readonly List<(ulong First, ulong Count)> _retired = [];
    private ulong _next;

    // For top-down search: where it goes on, by the first granule of a range, and the size that is refused at once.
    private ulong? _low;
    private ulong? _high;
    private ulong _tooBig;

    public GranuleBitmap(GranuleBitmap other)
    {
        (_layout, _granules, _next, _retired) = (other._layout, new(other._granules), other._next, [.. other._retired]);
        (_low, _high, _tooBig) = (other._low, other._high, other._tooBig);
        FlushCount = other.FlushCount;
    }

    public GranuleBitmap(IovaSpaceLayout layout)
    {
        _layout = layout;
        _tooBig = FourGiB;
        var granule = (UInt128)layout.GranuleBytes;
        for (UInt128 index = layout.First.Value / granule; index * granule <= layout.Last.Value; index++)
        {
            var (first, last) = (index * granule, ((index + 1) * granule) - 1);
            var isWhole = first >= layout.First.Value && last <= layout.Last.Value && index != 0;
            if (isWhole && !layout.Reserved.Any(window => window.First.Value <= last && window.Last.Value >= first))
            {
                _granules.Add((ulong)index, State.Free);
            }
        }
    }

    private enum State
    {
        Free,
        Held,
        Retired,
    }

    public ulong FlushCount { get; private set; }

    public int FreeCount => _granules.Count(granule => granule.Value == State.Free);

    public int RetiredCount => _granules.Count(granule => granule.Value == State.Retired);

    private ulong FourGiB => (1UL << 32) / _layout.GranuleBytes;

    /// <summary>The address handed out, or null.</summary>
    public ulong? Allocate(ulong lengthBytes, ulong highestAddress)
    {
        var count = TakenFor(lengthBytes);
        if (_layout.Policy == IovaPolicy.TopDown)
        {
            return AllocateTopDown(count, highestAddress) is { } found ? found * _layout.GranuleBytes : null;
        }

        if (Find(count, highestAddress) is null)
        {
            var retired = Retired();
            Set(retired, State.Free);
            if (Find(count, highestAddress) is null)
            {
                Set(retired, State.Retired);
                return null;
            }

            _retired.Clear();

            FlushCount++;
        }

        var first = Find(count, highestAddress)!.Value;
        Set(Run(first, count), State.Held);
        _next = first + count;
        return first * _layout.GranuleBytes;
    }

    public void Free(IovaRange range)
    {
        var isLazy = _layout.Reuse == IovaReuse.Lazy;
        var first = range.First.Value / _layout.GranuleBytes;
        if (isLazy)
        {
            _retired.Add((first, TakenFor(range.LengthBytes)));
            Set(Run(first, TakenFor(range.LengthBytes)), State.Retired);
            return;
        }

        Give(first, TakenFor(range.LengthBytes));
        FlushCount++;
    }

    public void Reap()
    {
        FlushCount += RetiredCount == 0 ? 0u : 1u;
        _retired.ForEach(run => Give(run.First, run.Count));
        _retired.Clear();
    }

    private ulong TakenFor(ulong lengthBytes)
    {
        var count = (lengthBytes + _layout.GranuleBytes - 1) / _layout.GranuleBytes;
        while (_layout.Policy == IovaPolicy.TopDown && count < 32 && (count & (count - 1)) != 0)
        {
            count++;
        }

        return count;
    }

    /// <summary>Gives a range back; a search that had gone below it goes on above it.</summary>
    private void Give(ulong first, ulong count)
    {
        ulong? above = first + count;
        while (above is { } next && _granules.TryGetValue(next, out var state) && state == State.Free)
        {
            above++;
        }

        above = above < End ? above : null;
        Set(Run(first, count), State.Free);
        if (_low is { } low && first >= low && (first == low || first + count <= FourGiB))
        {
            _low = above;
        }

        _tooBig = first < FourGiB ? FourGiB : _tooBig;
        if (_high is { } high && first >= high)
        {
            _high = above;
        }
    }

    private ulong End => (ulong)(((UInt128)_layout.Last.Value + 1) / _layout.GranuleBytes);

    /// <summary>Tries every base downwards from where the last search ended, then every base above that.</summary>
    private ulong? AllocateTopDown(ulong count, ulong highestAddress)
    {
        var end = Math.Min((highestAddress / _layout.GranuleBytes) + 1, End);
        var isLow = end <= FourGiB;
        var hint = isLow ? _low : _high;
        if (isLow && count >= _tooBig)
        {
            return null;
        }

        var bases = _granules.Keys.Where(first => first + count <= end && Fits(first, count, ulong.MaxValue)).ToList();
        var below = bases.Where(first => hint is null || first + count <= hint).ToList();
        if (below.Count == 0 && hint is not null)
        {
            below = [.. bases.Where(first => first > hint)];
        }

        if (below.Count == 0)
        {
            _tooBig = count;
            return null;
        }

        var found = below.Max();
        Set(Run(found, count), State.Held);
        if (found + count <= FourGiB)
        {
            _low = found;
        }
        else
        {
            _high = found;
        }

        return found;
    }

    private static IEnumerable<ulong> Run(ulong first, ulong count)
    {
        for (ulong index = 0; index < count; index++)
        {
            yield return first + index;
        }
    }

    private List<ulong> Retired() =>
        [.. _granules.Where(granule => granule.Value == State.Retired).Select(granule => granule.Key)];

    private ulong? Find(ulong count, ulong highestAddress)
    {
        var bases = _granules.Keys.Where(first => Fits(first, count, highestAddress)).ToList();
        if (bases.Count == 0)
        {
            return null;
        }

        var behind = bases.Where(first => first >= _next).ToList();
        return _layout.Policy switch
        {
            IovaPolicy.RoundRobin when behind.Count != 0 => behind.Min(),
            _ => bases.Min(),
        };
    }

    private bool Fits(ulong first, ulong count, ulong highestAddress)
    {
        ulong alignment = 1;
        while (_layout.Alignment == IovaAlignment.Size && alignment < count)
        {
            alignment *= 2;
        }

        return first % alignment == 0
            && ((first + count) * (UInt128)_layout.GranuleBytes) - 1 <= highestAddress
            && Run(first, count).All(index => _granules.TryGetValue(index, out var state) && state == State.Free);
    }

    private void Set(IEnumerable<ulong> granules, State state)
    {
        foreach (var granule in granules.ToList())
        {
            _granules[granule] = state;
        }
    }
}
