using System.Collections.Immutable;

namespace DmaGrains.Analysis.Exploring;

/// <summary>Numbers for failures and for sets of failures. Equal sets have the same number.</summary>
internal sealed class FailureSets
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Failure, int> _numbers = [];
    private readonly List<Failure> _failures = [];
    private readonly Dictionary<string, int> _setNumbers = new() { [string.Empty] = 0 };
    private readonly Dictionary<(int Set, int Other), int> _unions = [];
    private ImmutableList<ImmutableArray<int>> _sets = [[]];

    /// <summary>The number of the empty set.</summary>
    public const int Empty = 0;

    /// <summary>A failure by its number.</summary>
    public Failure this[int number]
    {
        get
        {
            lock (_lock)
            {
                return _failures[number];
            }
        }
    }

    /// <summary>The number of failures.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _failures.Count;
            }
        }
    }

    /// <summary>The numbers of the failures in a set, in ascending order.</summary>
    public ImmutableArray<int> In(int set) => _sets[set];

    /// <summary>The set that contains one failure.</summary>
    public int Of(Failure failure)
    {
        lock (_lock)
        {
            if (!_numbers.TryGetValue(failure, out var number))
            {
                number = _failures.Count;
                _numbers.Add(failure, number);
                _failures.Add(failure);
            }

            return Intern([number]);
        }
    }

    /// <summary>The union of two sets.</summary>
    public int Union(int set, int other)
    {
        if (set == other || other == Empty)
        {
            return set;
        }

        if (set == Empty)
        {
            return other;
        }

        lock (_lock)
        {
            if (!_unions.TryGetValue((set, other), out var union))
            {
                union = Intern([.. _sets[set].Union(_sets[other]).Order()]);
                _unions.Add((set, other), union);
            }

            return union;
        }
    }

    private int Intern(ImmutableArray<int> numbers)
    {
        var key = string.Join(' ', numbers);
        if (!_setNumbers.TryGetValue(key, out var set))
        {
            set = _sets.Count;
            _sets = _sets.Add(numbers);
            _setNumbers.Add(key, set);
        }

        return set;
    }
}
