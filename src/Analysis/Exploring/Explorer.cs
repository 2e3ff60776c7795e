using System.Numerics;

namespace DmaGrains.Analysis.Exploring;

/// <summary>
/// Plays every interleaving of some scripts, layer by layer. A layer has all distinct states after a number of steps, each with the number
/// of orders that lead to it. For earlier layers it keeps only the action by which each state was first reached.
/// </summary>
/// <typeparam name="TCount">A number that has room for all orders.</typeparam>
internal sealed class Explorer<TCount>
    where TCount : struct, INumber<TCount>
{
    private readonly ScriptTrees _trees;
    private readonly BoardTable _boards;
    private readonly FailureSets _failures;
    private readonly ExplorationOptions _options;
    private readonly CommutingEndings<TCount> _endings;
    private readonly ShortestOrders _shortest;
    private readonly List<(int[] Parents, ushort[] Actions)> _layers = [];
    private readonly ExploringWorker<TCount> _worker;
    private readonly StateTable<TCount> _table = new();
    private readonly int _placesMax;
    private StateTable<TCount>.State[] _spare = [];
    private long _playedBefore;

    /// <summary>Creates an exploration in which nothing is played yet.</summary>
    public Explorer(ScriptTrees trees, BoardTable boards, FailureSets failures, ExplorationOptions options)
    {
        _trees = trees;
        _boards = boards;
        _failures = failures;
        _options = options;
        _endings = new(trees, boards);
        _shortest = new(trees, boards, failures);
        Ends = new(trees, boards, failures);
        _worker = new(trees, boards, options.Waits);
        _placesMax = Array.MaxLength / 2 / (trees.Scripts.Length * ScriptAction.PerScript);
    }

    /// <summary>The states in which orders ended so far.</summary>
    public EndTable<TCount> Ends { get; }

    /// <summary>The shortest failing orders so far.</summary>
    public ShortestOrders Shortest => _shortest;

    /// <summary>The number of distinct states so far.</summary>
    public long States { get; private set; }

    /// <summary>How many steps of every order have been explored.</summary>
    public int Layers => _layers.Count;

    /// <summary>Bytes for states: of all past layers, and of the widest layer while it was played.</summary>
    public long Bytes { get; private set; }

    /// <summary>Plays until all orders have ended or a limit is reached.</summary>
    /// <param name="progress">Called after each layer.</param>
    /// <param name="cancellation">Stops the exploration.</param>
    /// <returns>Null when every order was played to its end; else the limit that was reached.</returns>
    public string? Play(Action<long, int> progress, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (_options.TimeMax is { } most)
        {
            ending.CancelAfter(most);
        }

        if (_options.TimeMax == TimeSpan.Zero)
        {
            ending.Cancel();
        }

        return PlayLayers(progress, ending.Token) ? null
            : cancellation.IsCancellationRequested ? "interrupted"
            : ending.IsCancellationRequested ? "time"
            : Limit() ?? "states";
    }

    /// <returns>Whether every order was played to its end.</returns>
    private bool PlayLayers(Action<long, int> progress, CancellationToken cancellation)
    {
        var (vectors, next) = (new VectorTable(_trees, _failures, Reduces), new VectorTable(_trees, _failures, Reduces));
        var (key, orders) = _endings.Play(vectors, vectors.Intern([.. _trees.Roots.Select(root => root.Number)]), 0, TCount.One);
        var layer = new Layer([new(key, orders, -1, 0)], 1);
        _layers.Add(layer.Reached());
        States = 1;
        _shortest.Look<TCount>(_layers, vectors, layer.All, null, []);
        while (true)
        {
            vectors.Close();
            next.Clear();
            if (Expand(layer, vectors, next, cancellation) is not { } after)
            {
                return false;
            }

            if (after.Count == 0)
            {
                return true;
            }

            _layers.Add(after.Reached());
            _shortest.Look(_layers, next, after.All, vectors, layer.All);
            _shortest.LookCloser(_layers, vectors, layer.All);
            _spare = layer.States;
            (layer, vectors, next) = (after, next, vectors);
            progress(States, Layers);
        }
    }

    /// <summary>Where importers may wait, an order may end anywhere, and orders are counted by their length.</summary>
    private bool Reduces => _options.Reduces && !_options.Waits;

    private string? Limit(int places = 0) =>
        States > _options.StatesMax || places > _placesMax ? "states"
        : _boards.Count > ExplorationOptions.BoardsMax ? "boards"
        : GC.GetTotalMemory(false) > MemoryBytesMax ? "memory"
        : null;

    private long MemoryBytesMax =>
        _options.MemoryBytesMax != 0 ? _options.MemoryBytesMax : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;

    private Layer? Expand(Layer layer, VectorTable vectors, VectorTable next, CancellationToken cancellation)
    {
        _worker.Begin(vectors, next, _table, Ends);
        var before = States;
        for (var from = 0; from < layer.Count; from += _options.StatesOfChunk)
        {
            if (Limit(next.Count) is not null)
            {
                return null;
            }

            var end = Math.Min(layer.Count, from + _options.StatesOfChunk);
            PlayAhead(layer.States.AsSpan(from, end - from), vectors, cancellation);
            _worker.Play(layer.States, from, end, cancellation);
            States = before + _table.Count;
        }

        if (cancellation.IsCancellationRequested)
        {
            return null;
        }

        _worker.Finish();
        if (_worker.Deadlock >= 0)
        {
            _shortest.NoteDeadlock(_layers, _worker.Deadlock);
        }

        Bytes = Math.Max(Bytes, _layers.Sum(past => (long)past.Parents.Length * 6) + ((long)_table.Count * StateTable<TCount>.BytesPerState));
        var (count, spare) = (_table.Count, _spare);
        _spare = [];
        return new(_table.Take(spare), count);
    }

    /// <summary>
    /// Plays in advance, on all cores, the moves that these states will need. Only the work of the model is worth sharing; everything else
    /// is too fast.
    /// </summary>
    private void PlayAhead(ReadOnlySpan<StateTable<TCount>.State> states, VectorTable vectors, CancellationToken cancellation)
    {
        var (played, before) = (_boards.MovesPlayed, _playedBefore);
        _playedBefore = played;
        if (_options.Cores < 2 || played - before < _options.MovesToShare)
        {
            return;
        }

        var asked = new HashSet<(int Board, int Move)>();
        foreach (ref readonly var state in states)
        {
            var (vector, board) = ((int)(state.Key >> 32), (int)(uint)state.Key);
            foreach (var node in vectors[vector].IsBroken ? [] : vectors.NodesOf(vector))
            {
                if (_trees.MoveOfNode[node] is >= 0 and var move && !_boards.Knows(board, move))
                {
                    asked.Add((board, move));
                }
            }
        }

        if (asked.Count >= _options.MovesToShare)
        {
            Parallel.ForEach(asked, new() { MaxDegreeOfParallelism = _options.Cores }, one =>
            {
                if (!cancellation.IsCancellationRequested)
                {
                    _boards.After(one.Board, one.Move);
                }
            });
        }
    }

    /// <summary>The states of a layer, in the order in which they were first reached.</summary>
    private readonly record struct Layer(StateTable<TCount>.State[] States, int Count)
    {
        public ReadOnlySpan<StateTable<TCount>.State> All => States.AsSpan(0, Count);

        /// <summary>How each state was first reached, which is all that is kept of a past layer.</summary>
        public (int[] Parents, ushort[] Actions) Reached()
        {
            var (parents, actions) = (new int[Count], new ushort[Count]);
            for (var place = 0; place < Count; place++)
            {
                parents[place] = States[place].Parent;
                actions[place] = States[place].Action;
            }

            return (parents, actions);
        }
    }
}
