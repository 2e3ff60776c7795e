using System.Collections.Immutable;

namespace DmaGrains.Scenarios.Exploring;

/// <summary>For each kind of failure the shortest order that has it; of several, the one that comes first.</summary>
internal sealed class ShortestOrders(ActorForest forest, BoardTable boards, FailureSets failures)
{
    private readonly Dictionary<int, ImmutableArray<int>> _orders = [];

    /// <summary>The shortest order of each failure that was met, by the failure's number.</summary>
    public IReadOnlyDictionary<int, ImmutableArray<int>> Orders => _orders;

    /// <summary>Looks at the states of a new layer for what failed on the way to them.</summary>
    /// <param name="layers">All layers, the new one last.</param>
    /// <param name="vectors">Its places.</param>
    /// <param name="keys">Its states.</param>
    /// <param name="vectorsBefore">The places of the layer before; null for the first.</param>
    /// <param name="keysBefore">Its states.</param>
    public void Look(
        List<(int[] Parents, ushort[] Actions)> layers,
        VectorTable vectors,
        ulong[] keys,
        VectorTable? vectorsBefore,
        ulong[] keysBefore)
    {
        var parents = layers[^1].Parents;
        for (var state = 0; state < keys.Length; state++)
        {
            var now = (vectors[(int)(keys[state] >> 32)].Failures, boards.HazardsOf((int)(uint)keys[state]));
            var before = vectorsBefore is null
                ? (FailureSets.Empty, FailureSets.Empty)
                : (vectorsBefore[(int)(keysBefore[parents[state]] >> 32)].Failures, boards.HazardsOf((int)(uint)keysBefore[parents[state]]));
            if (now != before)
            {
                Look(layers, state, [.. failures.In(now.Item1).Except(failures.In(before.Item1)), .. failures.In(now.Item2).Except(failures.In(before.Item2))]);
            }
        }
    }

    /// <summary>Notes a state of the last layer in which everybody waits.</summary>
    public void NoteDeadlock(List<(int[] Parents, ushort[] Actions)> layers, int state)
    {
        var number = failures.In(failures.Of(new(FailureKind.Deadlock, null, null, null, null)))[0];
        Offer(number, ActionsTo(layers, state));
    }

    private void Look(List<(int[] Parents, ushort[] Actions)> layers, int state, ImmutableArray<int> met)
    {
        var shorterThan = layers.Count - 1;
        if (met.All(failure => _orders.TryGetValue(failure, out var known) && known.Length <= shorterThan))
        {
            return;
        }

        var actions = ActionsTo(layers, state);
        var replay = OrderReplay.Of(forest, boards, failures, actions);
        foreach (var failure in met)
        {
            if (replay.Has(failure))
            {
                Offer(failure, actions);
                continue;
            }

            // It came with the steps that somebody played at once: of these, no more than it takes.
            for (var script = 0; script < forest.Scripts.Length; script++)
            {
                if (replay.Fork().PlayUntil(script, failure) is { } more)
                {
                    Offer(failure, [.. actions, .. Enumerable.Repeat(ScriptAction.Of(script, ScriptAction.Step), more)]);
                }
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

    private static ImmutableArray<int> ActionsTo(List<(int[] Parents, ushort[] Actions)> layers, int state)
    {
        var actions = new int[layers.Count - 1];
        for (var layer = layers.Count - 1; layer > 0; layer--)
        {
            actions[layer - 1] = layers[layer].Actions[state];
            state = layers[layer].Parents[state];
        }

        return [.. actions];
    }
}
