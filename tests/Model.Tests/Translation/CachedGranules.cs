using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>
/// A small address space, searched from the top down, with the caches of one CPU: for each of six sizes two stacks of at most 127 ranges, and
/// full stacks behind them, as the rules in tests/vectors tell it.
/// </summary>
internal sealed class CachedGranules
{
    private const int StackMax = 127;

    private readonly GranuleBitmap _tree;
    private readonly ulong _granule;
    private readonly Stacks[] _orders = [.. Enumerable.Range(0, 6).Select(_ => new Stacks())];

    public CachedGranules(IovaSpaceLayout layout)
    {
        _tree = new(layout);
        _granule = layout.GranuleBytes;
    }

    /// <summary>The address handed out, or null.</summary>
    public ulong? Allocate(ulong granules, ulong highestAddress)
    {
        var (size, order) = Rounded(granules);
        if (order < _orders.Length && _orders[order].TakeUpTo((highestAddress / _granule) + 1 - size) is { } cached)
        {
            return cached * _granule;
        }

        if (_tree.Allocate(size * _granule, highestAddress) is { } found)
        {
            return found;
        }

        for (var each = 0; each < _orders.Length; each++)
        {
            foreach (var first in _orders[each].Drain())
            {
                _tree.Free(new(new(first * _granule), _granule << each));
            }
        }

        return _tree.Allocate(size * _granule, highestAddress);
    }

    public void Free(ulong first, ulong granules)
    {
        var (size, order) = Rounded(granules);
        if (order < _orders.Length)
        {
            _orders[order].Push(first / _granule);
        }
        else
        {
            _tree.Free(new(new(first), size * _granule));
        }
    }

    /// <summary>Fewer than 32 granules are rounded up to a power of two; up to 32 are cached.</summary>
    private static (ulong Size, int Order) Rounded(ulong granules)
    {
        var order = 0;
        while (1UL << order < granules)
        {
            order++;
        }

        return (granules < 32 ? 1UL << order : granules, order);
    }

    private sealed class Stacks
    {
        private readonly Stack<List<ulong>> _full = [];
        private List<ulong> _loaded = [];
        private List<ulong> _previous = [];

        public void Push(ulong first)
        {
            if (_loaded.Count == StackMax)
            {
                if (_previous.Count == StackMax)
                {
                    _full.Push(_loaded);
                    _loaded = [];
                }
                else
                {
                    (_loaded, _previous) = (_previous, _loaded);
                }
            }

            _loaded.Add(first);
        }

        public ulong? TakeUpTo(ulong most)
        {
            if (_loaded.Count == 0)
            {
                if (_previous.Count != 0)
                {
                    (_loaded, _previous) = (_previous, _loaded);
                }
                else if (_full.TryPop(out var full))
                {
                    _loaded = full;
                }
            }

            var index = _loaded.FindLastIndex(first => first <= most);
            if (index < 0)
            {
                return null;
            }

            var taken = _loaded[index];
            _loaded[index] = _loaded[^1];
            _loaded.RemoveAt(_loaded.Count - 1);
            return taken;
        }

        public List<ulong> Drain()
        {
            List<ulong> all = [.. _loaded, .. _previous, .. _full.SelectMany(stack => stack)];
            _loaded = [];
            _previous = [];
            _full.Clear();
            return all;
        }
    }
}
