using System.Collections.Immutable;

namespace DmaGrains.Analysis.Exploring;

/// <summary>Plays one order once more, on the boards that are known already.</summary>
internal sealed class OrderReplay
{
    private readonly ActorForest _forest;
    private readonly BoardTable _boards;
    private readonly FailureSets _failures;
    private readonly ActorNode[] _nodes;
    private int _board;

    private OrderReplay(ActorForest forest, BoardTable boards, FailureSets failures, ActorNode[] nodes, int board)
    {
        _forest = forest;
        _boards = boards;
        _failures = failures;
        _nodes = nodes;
        _board = board;
    }

    /// <summary>Where it has come to.</summary>
    public ImmutableArray<ActorNode> Nodes => [.. _nodes];

    /// <summary>The board's number.</summary>
    public int Board => _board;

    /// <summary>Plays an order.</summary>
    /// <param name="forest">Whose.</param>
    /// <param name="boards">On which boards.</param>
    /// <param name="failures">What may be met.</param>
    /// <param name="actions">The order, as <see cref="ScriptAction"/> numbers it.</param>
    public static OrderReplay Of(ActorForest forest, BoardTable boards, FailureSets failures, IEnumerable<int> actions)
    {
        var replay = new OrderReplay(forest, boards, failures, [.. forest.Roots], 0);
        foreach (var action in actions)
        {
            replay.Play(action);
        }

        return replay;
    }

    /// <summary>The same, to go on by itself.</summary>
    public OrderReplay Fork() => new(_forest, _boards, _failures, [.. _nodes], _board);

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
        _nodes[script] = _forest.After(node, answer);
    }

    /// <summary>Whether a failure was met.</summary>
    public bool Has(int failure) =>
        _failures.In(_boards.HazardsOf(_board)).Contains(failure)
        || _nodes.Any(node => _failures.In(node.Failures).Contains(failure));

    /// <summary>Plays one script's steps until a failure is met.</summary>
    /// <returns>How many steps it took; null when it was not met.</returns>
    public int? PlayUntil(int script, int failure)
    {
        for (var steps = 0; ; steps++)
        {
            if (Has(failure))
            {
                return steps;
            }

            if (_nodes[script].Move == ActorNode.Finished)
            {
                return null;
            }

            Play(ScriptAction.Of(script, ScriptAction.Step));
        }
    }

    private Answer Step(ActorNode node)
    {
        (_board, var answer) = _boards.After(_board, node.Move);
        return answer;
    }
}
