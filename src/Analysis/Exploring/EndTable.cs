using System.Collections.Immutable;
using System.Numerics;

namespace DmaGrains.Analysis.Exploring;

/// <summary>The distinct states in which orders end, each with the number of orders.</summary>
internal sealed class EndTable<TCount>(ScriptTrees trees, BoardTable boards, FailureSets failures)
    where TCount : struct, INumber<TCount>
{
    private readonly VectorTable _places = new(trees, failures, reduces: false);
    private readonly Dictionary<(int Place, int Board, bool Waits), TCount> _orders = [];

    /// <summary>The number of states.</summary>
    public int Count => _orders.Count;

    /// <summary>Numbers a place in which an order ends.</summary>
    public int NumberOf(ReadOnlySpan<int> nodes) => _places.Intern(nodes);

    /// <summary>Counts orders that end in a state.</summary>
    public void Add(int place, int board, bool waits, TCount orders)
    {
        var end = (place, board, waits);
        _orders[end] = _orders.GetValueOrDefault(end) + orders;
    }

    /// <summary>The outcomes (replies and hazards), with their numbers of orders and states.</summary>
    public IEnumerable<End> Outcomes()
    {
        var outcomes = new Dictionary<(int Place, int Hazards, bool Waits), (BigInteger Orders, int States)>();
        foreach (var (end, orders) in _orders)
        {
            var outcome = (end.Place, boards.HazardsOf(end.Board), end.Waits);
            var (before, states) = outcomes.GetValueOrDefault(outcome);
            outcomes[outcome] = (before + BigInteger.CreateChecked(orders), states + 1);
        }

        foreach (var (outcome, (orders, states)) in outcomes)
        {
            var nodes = _places.NodesOf(outcome.Place).ToArray();
            var all = failures.Union(_places[outcome.Place].Failures, outcome.Hazards);
            if (outcome.Waits)
            {
                all = failures.Union(all, failures.Of(new(FailureKind.Deadlock, null, null, null, null)));
            }

            yield return new([.. nodes.Select(node => trees.Node(node))], outcome.Hazards, outcome.Waits, all, orders, states);
        }
    }

    /// <summary>An outcome.</summary>
    /// <param name="Nodes">Where each script ended.</param>
    /// <param name="Hazards">The set of hazards on record.</param>
    /// <param name="Waits">Whether the unfinished scripts wait for each other.</param>
    /// <param name="Failures">The set of all failures.</param>
    /// <param name="Orders">The number of orders that lead to it.</param>
    /// <param name="States">The number of states in which they end.</param>
    public sealed record End(
        ImmutableArray<ScriptNode> Nodes, int Hazards, bool Waits, int Failures, BigInteger Orders, int States);
}
