using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>A small address space kept granule by granule: the policies by trying every base.</summary>
internal sealed class GranuleBitmap
{
    private readonly IovaSpaceLayout _layout;
    private readonly Dictionary<ulong, State> _granules = [];
    private ulong _next;

    public GranuleBitmap(GranuleBitmap other)
    {
        (_layout, _granules, _next) = (other._layout, new(other._granules), other._next);
        FlushCount = other.FlushCount;
    }

    public GranuleBitmap(IovaSpaceLayout layout)
    {
        _layout = layout;
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

    /// <summary>The address handed out, or null.</summary>
    public ulong? Allocate(ulong lengthBytes, ulong highestAddress)
    {
        var count = (lengthBytes + _layout.GranuleBytes - 1) / _layout.GranuleBytes;
        if (Find(count, highestAddress) is null)
        {
            var retired = Retired();
            Set(retired, State.Free);
            if (Find(count, highestAddress) is null)
            {
                Set(retired, State.Retired);
                return null;
            }

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
        Set(
            Run(range.First.Value / _layout.GranuleBytes, range.LengthBytes / _layout.GranuleBytes),
            isLazy ? State.Retired : State.Free);
        FlushCount += isLazy ? 0u : 1u;
    }

    public void Reap()
    {
        FlushCount += RetiredCount == 0 ? 0u : 1u;
        Set(Retired(), State.Free);
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

        var low = bases.Where(first => (first + count) * _layout.GranuleBytes <= 1UL << 32).ToList();
        var behind = bases.Where(first => first >= _next).ToList();
        return _layout.Policy switch
        {
            IovaPolicy.TopDown => low.Count == 0 ? bases.Max() : low.Max(),
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
