using System.Text;
using DmaGrains.Model.Boards;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>
/// Whether what callers heard of a buffer is what they would have heard had it done one operation after another, each at some moment
/// between being sent and being answered. One that nobody waited for may have happened at any later moment, or never.
/// </summary>
/// <remarks>A search over all such orders that leaves out those that have come to the same point before (Wing and Gong 1993, Lowe 2017).</remarks>
internal sealed class Linearizability
{
    // An order that is there is found by going back now and then; one that is not could be looked for without end.
    private const int DeadEndsMax = 5_000;

    private readonly BoardDefinition _board;
    private readonly Operation[] _history;
    private readonly bool[] _done;

    // Those that are not done, as a list: to each the next, at the end the first; and to each the one before, or -1.
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly Dictionary<Operation, int> _places;
    private readonly HashSet<(string Done, string State)> _deadEnds = [];
    private int _furthest;

    private Linearizability(BoardDefinition board, IEnumerable<Operation> history)
    {
        _board = board;
        _history = [.. history.OrderBy(operation => operation.Sent)];
        _done = new bool[_history.Length];
        _next = [.. Enumerable.Range(1, _history.Length), 0];
        _previous = [.. Enumerable.Range(-1, _history.Length)];
        _places = _history.Select((operation, place) => (operation, place))
            .ToDictionary(pair => pair.operation, pair => pair.place, ReferenceEqualityComparer.Instance as IEqualityComparer<Operation>);
    }

    /// <summary>Looks for an order.</summary>
    /// <param name="start">The buffer before.</param>
    /// <param name="history">Its operations.</param>
    /// <param name="board">Its board.</param>
    /// <returns>The buffer at the end of an order that explains all answers, and what may still happen; or what nothing explains.</returns>
    public static (SequentialBuffer? End, Operation[] Open, string Why) Check(
        SequentialBuffer start, IEnumerable<Operation> history, BoardDefinition board)
    {
        var search = new Linearizability(board, history);

        // As deep as the history is long.
        SequentialBuffer? end = null;
        var thread = new Thread(() => end = search.From(start), maxStackSize: 512 << 20);
        thread.Start();
        thread.Join();
        return end is not null ? (end, [.. search._history.Where((_, place) => !search._done[place])], string.Empty) : (null, [], search.Why());
    }

    private SequentialBuffer? From(SequentialBuffer state)
    {
        var prefix = _next[^1];
        _furthest = Math.Max(_furthest, prefix);
        var firstAnswer = long.MaxValue;
        for (var place = prefix; place < _history.Length && _history[place].Sent < firstAnswer; place = _next[place])
        {
            firstAnswer = Math.Min(firstAnswer, _history[place].Answered);
        }

        if (firstAnswer == long.MaxValue)
        {
            return state;
        }

        if (_deadEnds.Count > 0 && _deadEnds.Contains((DoneKey(prefix), state.Key)))
        {
            return null;
        }

        // Those that nobody waited for last: what need not have happened yet may happen later.
        foreach (var isAnswered in (bool[])[true, false])
        {
            for (var place = prefix; place < _history.Length && _history[place].Sent < firstAnswer; place = _next[place])
            {
                var operation = _history[place];
                if (operation.IsAnswered != isAnswered || (operation.After is { } before && !_done[_places[before]])
                    || _deadEnds.Count == DeadEndsMax || state.After(operation, _board) is not { } next)
                {
                    continue;
                }

                Do(place);
                if (From(next) is { } end)
                {
                    return end;
                }

                Undo(place);
            }
        }

        if (_deadEnds.Count < DeadEndsMax)
        {
            _deadEnds.Add((DoneKey(prefix), state.Key));
        }

        return null;
    }

    private void Do(int place)
    {
        _done[place] = true;
        var before = _previous[place];
        _next[before < 0 ? ^1 : before] = _next[place];
        if (_next[place] < _history.Length)
        {
            _previous[_next[place]] = before;
        }
    }

    /// <summary>Takes back what was done last.</summary>
    private void Undo(int place)
    {
        _done[place] = false;
        var before = _previous[place];
        _next[before < 0 ? ^1 : before] = place;
        if (_next[place] < _history.Length)
        {
            _previous[_next[place]] = place;
        }
    }

    private string DoneKey(int prefix)
    {
        var key = new StringBuilder().Append(prefix);
        var last = Array.LastIndexOf(_done, true);
        for (var place = prefix; place <= last; place++)
        {
            key.Append(_done[place] ? '1' : '0');
        }

        return key.ToString();
    }

    private string Why()
    {
        var around = _history.Skip(Math.Max(0, _furthest - 12)).Take(20)
            .Select((operation, place) => $"{(place + Math.Max(0, _furthest - 12) == _furthest ? "> " : "  ")}{operation}");
        var given = _deadEnds.Count == DeadEndsMax ? ", as far as was looked" : string.Empty;
        return $"no order explains operation {_furthest + 1} of {_history.Length}{given}:\n{string.Join('\n', around)}";
    }
}
