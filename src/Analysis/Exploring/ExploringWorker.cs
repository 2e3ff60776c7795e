using System.Numerics;
using DmaGrains.Model;

namespace DmaGrains.Analysis.Exploring;

/// <summary>Plays the next steps of some states of a layer.</summary>
internal sealed class ExploringWorker<TCount>(ScriptTrees trees, BoardTable boards, bool waits)
    where TCount : struct, INumber<TCount>
{
    private readonly CommutingEndings<TCount> _endings = new(trees, boards);
    private readonly int _width = trees.Scripts.Length;
    private readonly bool _hasFaults = trees.Scripts.Any(script => script.MayCrash || script.MayHang);
    private readonly bool[] _isOptional = [.. trees.Scripts.Select(script => script.IsOptional)];
    private readonly Dictionary<(int End, int Board, bool Waits), TCount> _ends = [];
    private StateTable<TCount> _table = null!;
    private VectorTable _vectors = null!;
    private VectorTable _next = null!;
    private EndTable<TCount> _endTable = null!;

    /// <summary>The first state of the layer in which all importers wait; -1 when there was none.</summary>
    public int Deadlock { get; private set; }

    /// <summary>Begins a new layer.</summary>
    public void Begin(
        VectorTable vectors, VectorTable next, StateTable<TCount> table, EndTable<TCount> ends)
    {
        (_vectors, _next, _table, _endTable, Deadlock) = (vectors, next, table, ends, -1);
        _endings.Forget();
    }

    /// <summary>Plays the next steps of some states.</summary>
    /// <param name="states">The layer's states.</param>
    /// <param name="from">The index of the first state to play.</param>
    /// <param name="end">The index after the last state to play.</param>
    /// <param name="cancellation">Stops the work between two states.</param>
    public void Play(StateTable<TCount>.State[] states, int from, int end, CancellationToken cancellation)
    {
        for (var state = from; state < end && !cancellation.IsCancellationRequested; state++)
        {
            PlayState(state, states[state].Key, states[state].Orders);
        }
    }

    /// <summary>Ends the layer, and hands on the states in which orders ended.</summary>
    public void Finish()
    {
        foreach (var (end, orders) in _ends)
        {
            _endTable.Add(end.End, end.Board, end.Waits, orders);
        }

        _ends.Clear();
    }

    private void PlayState(int state, ulong key, TCount orders)
    {
        var (vector, board) = ((int)(key >> 32), (int)(uint)key);
        ref readonly var entry = ref _vectors[vector];
        var moves = trees.MoveOfNode;
        var nodes = _vectors.NodesOf(vector);
        var goesOn = false;
        if (!entry.IsBroken)
        {
            for (var script = 0; script < _width; script++)
            {
                var move = moves[nodes[script]];
                if (move == ScriptNode.Finished)
                {
                    continue;
                }

                var (after, answer) = boards.After(board, move);
                if (!waits || answer.Code != (byte)Errno.EAGAIN || after != board)
                {
                    goesOn |= !_isOptional[script];
                    Arrive(state, orders, vector, script, ScriptAction.Step, answer, after);
                }

                if (_hasFaults)
                {
                    PlayFaults(state, orders, vector, script, board);
                }
            }
        }

        if (entry.IsEnd || !goesOn)
        {
            var isWaiting = !entry.IsEnd;
            if (isWaiting && Deadlock < 0)
            {
                Deadlock = state;
            }

            var end = (_endTable.NumberOf(nodes), board, isWaiting);
            _ends[end] = _ends.GetValueOrDefault(end) + orders;
        }
    }

    private void PlayFaults(int state, TCount orders, int vector, int script, int board)
    {
        var node = trees.Node(_vectors.NodeOf(vector, script));
        if (node.MayCrash)
        {
            Arrive(state, orders, vector, script, ScriptAction.Crash, Answer.Crash, board);
        }

        if (node.MayHang)
        {
            Arrive(state, orders, vector, script, ScriptAction.Hang, Answer.Hang, board);
        }
    }

    private void Arrive(int state, TCount orders, int vector, int script, int action, Answer answer, int board)
    {
        var step = _vectors.After(vector, script, action, answer);
        if (!step.IsKnown)
        {
            var after = Grow(vector, script, answer);
            step = _vectors.Note(vector, script, action, answer, after, _next[after].Commuting != VectorTable.Nobody);
        }

        var (key, all) = step.IsCommuting ? _endings.Play(_next, step.Place, board, orders) : (CommutingEndings<TCount>.KeyOf(step.Place, board), orders);
        var number = (ushort)ScriptAction.Of(script, action);
        _table.Add(key, all, state, number);
    }

    private int Grow(int vector, int script, Answer answer) =>
        _next.Intern(_vectors, vector, trees.After(trees.Node(_vectors.NodeOf(vector, script)), answer));
}
