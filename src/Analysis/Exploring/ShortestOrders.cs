using System.Collections.Immutable;
using System.Numerics;

namespace DmaGrains.Analysis.Exploring;

/// <summary>The shortest order for each failure; of several equally short ones, the first.</summary>
internal sealed class ShortestOrders(ScriptTrees trees, BoardTable boards, FailureSets failures)
{
    private readonly Dictionary<int, ImmutableArray<int>> _orders = [];

    /// <summary>The shortest order of each failure found, by the number of the failure.</summary>
    public IReadOnlyDictionary<int, ImmutableArray<int>> Orders => _orders;

    /// <summary>Searches a new layer for failures on the way to its states.</summary>
    /// <param name="layers">All layers; the new one is the last.</param>
    /// <param name="vectors">The places of the new layer.</param>
    /// <param name="states">Its states.</param>
    /// <param name="vectorsBefore">The places of the layer before; null for the first.</param>
    /// <param name="statesBefore">Its states.</param>
    public void Look<TCount>(
        List<(int[] Parents, ushort[] Actions)> layers,
        VectorTable vectors,
        ReadOnlySpan<StateTable<TCount>.State> states,
        VectorTable? vectorsBefore,
        ReadOnlySpan<StateTable<TCount>.State> statesBefore)
        where TCount : struct, INumber<TCount>
    {
        for (var state = 0; state < states.Length; state++)
        {
            var now = FailuresOf(vectors, states[state].Key);
            var before = vectorsBefore is null
                ? (FailureSets.Empty, FailureSets.Empty)
                : FailuresOf(vectorsBefore, statesBefore[states[state].Parent].Key);
            if (now != before)
            {
                Look(layers, state, [.. failures.In(now.Item1).Except(failures.In(before.Item1)), .. failures.In(now.Item2).Except(failures.In(before.Item2))]);
            }
        }
    }

    /// <summary>
    /// Searches again for failures found in steps that were played at once, because another way to the same state may reach them sooner.
    /// Only one more step, or the next steps of one more script, need to be examined: commuting steps do not contribute.
    /// </summary>
    /// <param name="layers">All layers.</param>
    /// <param name="vectors">The places of the layer before the last.</param>
    /// <param name="states">Its states.</param>
    public void LookCloser<TCount>(
        List<(int[] Parents, ushort[] Actions)> layers, VectorTable vectors, ReadOnlySpan<StateTable<TCount>.State> states)
        where TCount : struct, INumber<TCount>
    {
        var length = layers.Count - 1;
        for (var state = 0; state < states.Length; state++)
        {
            var late = _orders.Where(known => known.Value.Length > length).Select(known => known.Key).ToList();
            if (late.Count == 0)
            {
                return;
            }

            LookCloser(layers, vectors, states[state].Key, state, late);
        }
    }

    private (int Answers, int Hazards) FailuresOf(VectorTable vectors, ulong key) =>
        (vectors[(int)(key >> 32)].Failures, boards.HazardsOf((int)(uint)key));

    private void LookCloser(
        List<(int[] Parents, ushort[] Actions)> layers, VectorTable vectors, ulong key, int state, List<int> late)
    {
        var (place, board) = ((int)(key >> 32), (int)(uint)key);
        for (var script = 0; script < vectors.Width; script++)
        {
            var node = trees.Node(vectors.NodeOf(place, script));
            if (node.Move == ScriptNode.Finished)
            {
                continue;
            }

            var (after, answer) = boards.After(board, node.Move);
            var next = trees.After(node, answer);
            foreach (var failure in late)
            {
                // A hazard that was already on the board may come from steps that are not among these actions.
                if (failures.In(next.Failures).Contains(failure)
                    || (failures.In(boards.HazardsOf(after)).Contains(failure) && !failures.In(boards.HazardsOf(board)).Contains(failure)))
                {
                    Offer(failure, [.. ActionsTo(layers, layers.Count - 2, state), ScriptAction.Of(script, ScriptAction.Step)]);
                }
                else if (vectors.After(place, script, ScriptAction.Step, answer).IsCommuting)
                {
                    OfferWithMore([.. ActionsTo(layers, layers.Count - 2, state), ScriptAction.Of(script, ScriptAction.Step)], failure);
                }
            }
        }
    }

    /// <summary>Records a state of the last layer in which all importers wait.</summary>
    public void NoteDeadlock(List<(int[] Parents, ushort[] Actions)> layers, int state)
    {
        var number = failures.In(failures.Of(new(FailureKind.Deadlock, null, null, null, null)))[0];
        Offer(number, ActionsTo(layers, layers.Count - 1, state));
    }

    private void Look(List<(int[] Parents, ushort[] Actions)> layers, int state, ImmutableArray<int> met)
    {
        var shorterThan = layers.Count - 1;
        if (met.All(failure => _orders.TryGetValue(failure, out var known) && known.Length <= shorterThan))
        {
            return;
        }

        var actions = ActionsTo(layers, layers.Count - 1, state);
        var replay = OrderReplay.Of(trees, boards, failures, actions);
        foreach (var failure in met)
        {
            if (replay.Has(failure))
            {
                Offer(failure, actions);
            }
            else
            {
                OfferWithMore(actions, failure);
            }
        }
    }

    /// <summary>The failure occurred among steps that were played at once: keeps only as many of them as it takes.</summary>
    private void OfferWithMore(ImmutableArray<int> actions, int failure)
    {
        var replay = OrderReplay.Of(trees, boards, failures, actions);
        for (var script = 0; script < trees.Scripts.Length; script++)
        {
            if (replay.Fork().PlayUntil(script, failure) is { } more)
            {
                Offer(failure, [.. actions, .. Enumerable.Repeat(ScriptAction.Of(script, ScriptAction.Step), more)]);
            }
        }
    }

    private void Offer(int failure, ImmutableArray<int> actions)
    {
        if (!_orders.TryGetValue(failure, out var known) || actions.Length < known.Length)
        {
            _orders[failure] = actions;
        }
    }

    private static ImmutableArray<int> ActionsTo(List<(int[] Parents, ushort[] Actions)> layers, int last, int state)
    {
        var actions = new int[last];
        for (var layer = last; layer > 0; layer--)
        {
            actions[layer - 1] = layers[layer].Actions[state];
            state = layers[layer].Parents[state];
        }

        return [.. actions];
    }
}
