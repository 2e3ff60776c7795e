using System.Collections.Immutable;

namespace DmaGrains.Analysis.Exploring;

/// <summary>Plays an order again, on boards that the exploration already knows.</summary>
internal sealed class OrderReplay
{
    private readonly ScriptTrees _trees;
    private readonly BoardTable _boards;
    private readonly FailureSets _failures;
    private readonly ScriptNode[] _nodes;
    private int _board;

    private OrderReplay(ScriptTrees trees, BoardTable boards, FailureSets failures, ScriptNode[] nodes, int board)
    {
        _trees = trees;
        _boards = boards;
        _failures = failures;
        _nodes = nodes;
        _board = board;
    }

    /// <summary>The node of each script after the actions played so far.</summary>
    public ImmutableArray<ScriptNode> Nodes => [.. _nodes];

    /// <summary>The number of the board after the actions played so far.</summary>
    public int Board => _board;

    /// <summary>Plays an order from the start.</summary>
    /// <param name="trees">The trees of the scripts.</param>
    /// <param name="boards">The boards of the exploration.</param>
    /// <param name="failures">The failures of the exploration.</param>
    /// <param name="actions">The order, as <see cref="ScriptAction"/> numbers it.</param>
    public static OrderReplay Of(ScriptTrees trees, BoardTable boards, FailureSets failures, IEnumerable<int> actions)
    {
        var replay = new OrderReplay(trees, boards, failures, [.. trees.Roots], 0);
        foreach (var action in actions)
        {
            replay.Play(action);
        }

        return replay;
    }

    /// <summary>A copy that continues independently.</summary>
    public OrderReplay Fork() => new(_trees, _boards, _failures, [.. _nodes], _board);

    /// <summary>Plays one action.</summary>
    public void Play(int action)
    {
        var script = ScriptAction.ScriptOf(action);
        var node = _nodes[script];
        var answer = ScriptAction.WhatOf(action) switch
        {
            ScriptAction.Crash => Answer.Crash,
            ScriptAction.Hang => Answer.Hang,
            _ => Step(node),
        };
        _nodes[script] = _trees.After(node, answer);
    }

    /// <summary>Whether a failure has occurred.</summary>
    public bool Has(int failure) =>
        _failures.In(_boards.HazardsOf(_board)).Contains(failure)
        || _nodes.Any(node => _failures.In(node.Failures).Contains(failure));

    /// <summary>Plays the steps of one script until a failure occurs.</summary>
    /// <returns>The number of steps that it took; null when the failure did not occur.</returns>
    public int? PlayUntil(int script, int failure)
    {
        for (var steps = 0; ; steps++)
        {
            if (Has(failure))
            {
                return steps;
            }

            if (_nodes[script].Move == ScriptNode.Finished)
            {
                return null;
            }

            Play(ScriptAction.Of(script, ScriptAction.Step));
        }
    }

    private Answer Step(ScriptNode node)
    {
        (_board, var answer) = _boards.After(_board, node.Move);
        return answer;
    }
}
