using System.Numerics;

namespace DmaGrains.Analysis.Exploring;

/// <summary>
/// Plays all remaining steps of a script at once when they touch nothing that other scripts will touch, so that they commute with
/// everything to come. Then k such steps among n remaining ones give the same end in all C(n, k) interleavings, and the number of orders
/// is multiplied by that number.
/// </summary>
internal sealed class CommutingEndings<TCount>(ScriptTrees trees, BoardTable boards)
    where TCount : struct, INumber<TCount>
{
    /// <summary>The most results to cache; playing a few again costs little.</summary>
    private const int PlayedMax = 1 << 18;

    private readonly Dictionary<(int Left, int Steps), TCount> _ways = [];
    private readonly Dictionary<ulong, (ulong Key, TCount Ways)> _played = [];

    /// <summary>Begins a new layer, in which the numbers of places mean other places.</summary>
    public void Forget() => _played.Clear();

    /// <summary>The state after the remaining steps, and the number of orders that lead to it.</summary>
    /// <param name="vectors">The places of the layer.</param>
    /// <param name="vector">The place.</param>
    /// <param name="board">The board.</param>
    /// <param name="orders">The number of orders that lead there.</param>
    public (ulong Key, TCount Orders) Play(VectorTable vectors, int vector, int board, TCount orders)
    {
        var key = KeyOf(vector, board);
        if (vectors[vector].Commuting == VectorTable.Nobody)
        {
            return (key, orders);
        }

        if (!_played.TryGetValue(key, out var played))
        {
            if (_played.Count == PlayedMax)
            {
                Forget();
            }

            _played.Add(key, played = PlayAll(vectors, vector, board));
        }

        return (played.Key, orders * played.Ways);
    }

    private (ulong Key, TCount Ways) PlayAll(VectorTable vectors, int vector, int board)
    {
        var ways = TCount.One;
        for (var entry = vectors[vector]; entry.Commuting != VectorTable.Nobody; entry = vectors[vector])
        {
            var node = trees.Node(vectors.NodeOf(vector, entry.Commuting));
            ways *= Ways(entry.StepsLeft, node.StepsLeft);
            while (node.Move != ScriptNode.Finished)
            {
                (board, var answer) = boards.After(board, node.Move);
                node = trees.After(node, answer);
            }

            vector = vectors.Intern(vectors, vector, node);
        }

        return (KeyOf(vector, board), ways);
    }

    private TCount Ways(int left, int steps)
    {
        if (!_ways.TryGetValue((left, steps), out var ways))
        {
            _ways.Add((left, steps), ways = TCount.CreateChecked(OrderCount.Choose(left, steps)));
        }

        return ways;
    }

    /// <summary>A state in one number.</summary>
    public static ulong KeyOf(int vector, int board) => ((ulong)(uint)vector << 32) | (uint)board;
}
