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
    private readonly BoardDefinition _board;
    private readonly Operation[] _history;
    private readonly bool[] _done;
    private readonly Dictionary<Operation, int> _places;
    private readonly HashSet<(string Done, string State)> _deadEnds = [];
    private int _furthest;

    private Linearizability(BoardDefinition board, IEnumerable<Operation> history)
    {
        _board = board;
        _history = [.. history.OrderBy(operation => operation.Sent)];
        _done = new bool[_history.Length];
        _places = _history.Select((operation, place) => (operation, place))
            .ToDictionary(pair => pair.operation, pair => pair.place, ReferenceEqualityComparer.Instance as IEqualityComparer<Operation>);
    }

    /// <summary>Looks for an order.</summary>
    /// <param name="start">The buffer before.</param>
    /// <param name="history">Its operations.</param>
    /// <param name="board">Its board.</param>
    /// <returns>The buffer at the end of an order that explains all answers, or what nothing explains.</returns>
    public static (SequentialBuffer? End, string Why) Check(
        SequentialBuffer start, IEnumerable<Operation> history, BoardDefinition board)
    {
        var search = new Linearizability(board, history);

        // As deep as the history is long.
        SequentialBuffer? end = null;
        var thread = new Thread(() => end = search.From(start, 0), maxStackSize: 512 << 20);
        thread.Start();
        thread.Join();
        return end is not null ? (end, string.Empty) : (null, search.Why());
    }

    private SequentialBuffer? From(SequentialBuffer state, int prefix)
    {
        while (prefix < _history.Length && _done[prefix])
        {
            prefix++;
        }

        _furthest = Math.Max(_furthest, prefix);
        var firstAnswer = long.MaxValue;
        for (var place = prefix; place < _history.Length && _history[place].Sent < firstAnswer; place++)
        {
            firstAnswer = _done[place] ? firstAnswer : Math.Min(firstAnswer, _history[place].Answered);
        }

        if (firstAnswer == long.MaxValue)
        {
            return state;
        }

        var here = (DoneKey(prefix), state.Key);
        if (_deadEnds.Contains(here))
        {
            return null;
        }

        for (var place = prefix; place < _history.Length && _history[place].Sent < firstAnswer; place++)
        {
            var operation = _history[place];
            if (_done[place] || (operation.After is { } before && !_done[_places[before]])
                || state.After(operation, _board) is not { } next)
            {
                continue;
            }

            _done[place] = true;
            if (From(next, prefix) is { } end)
            {
                return end;
            }

            _done[place] = false;
        }

        _deadEnds.Add(here);
        return null;
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
        return $"no order explains operation {_furthest + 1} of {_history.Length}:\n{string.Join('\n', around)}";
    }
}
