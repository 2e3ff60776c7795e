using System.Numerics;

namespace DmaGrains.Scenarios.Exploring;

/// <summary>
/// Plays every interleaving of some scripts, layer by layer: a layer has the states that so many steps lead to, each once, with the
/// number of orders that lead to it. Of the layers before, it keeps by which action each state was reached first.
/// </summary>
/// <typeparam name="TCount">A number that has room for all orders.</typeparam>
internal sealed class Explorer<TCount>
    where TCount : struct, INumber<TCount>
{
    private readonly ActorForest _forest;
    private readonly BoardTable _boards;
    private readonly FailureSets _failures;
    private readonly ExplorationOptions _options;
    private readonly Tails<TCount> _tails;
    private readonly ShortestOrders _shortest;
    private readonly List<(int[] Parents, ushort[] Actions)> _layers = [];
    private readonly ExploringWorker<TCount>[] _workers;
    private readonly StateTable<TCount>[] _tables;
    private readonly int _placesMax;
    private StateTable<TCount>.State[] _spare = [];

    /// <summary>Nothing is played yet.</summary>
    public Explorer(ActorForest forest, BoardTable boards, FailureSets failures, ExplorationOptions options)
    {
        _forest = forest;
        _boards = boards;
        _failures = failures;
        _options = options;
        _tails = new(forest, boards);
        _shortest = new(forest, boards, failures);
        Ends = new(forest, boards, failures);
        _workers = [.. Enumerable.Range(0, Math.Max(1, options.Cores)).Select(_ => new ExploringWorker<TCount>(forest, boards, options.Waits))];
        _tables = [.. _workers.Select(_ => new StateTable<TCount>())];
        _placesMax = Array.MaxLength / 2 / (forest.Scripts.Length * ScriptAction.PerScript);
    }

    /// <summary>What ended so far.</summary>
    public EndTable<TCount> Ends { get; }

    /// <summary>The shortest orders that fail, so far.</summary>
    public ShortestOrders Shortest => _shortest;

    /// <summary>Distinct states so far.</summary>
    public long States { get; private set; }

    /// <summary>How many steps of every order are explored.</summary>
    public int Layers => _layers.Count;

    /// <summary>Bytes that the layers take that are past, and the widest layer while it was played.</summary>
    public long Bytes { get; private set; }

    /// <summary>Plays until the end, or a limit.</summary>
    /// <param name="progress">Told after each layer.</param>
    /// <param name="cancellation">Stops it.</param>
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
        var (vectors, next) = (new VectorTable(_forest, _failures, Reduces), new VectorTable(_forest, _failures, Reduces));
        var (key, orders) = _tails.Play(vectors, vectors.Intern([.. _forest.Roots.Select(root => root.Number)]), 0, TCount.One);
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

    /// <summary>With waiting an order may end anywhere, and orders are counted by how long they go on.</summary>
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
        var width = layer.Count < _options.ParallelFrom ? 1 : _workers.Length;
        var tables = _tables[..width];
        foreach (var worker in _workers.AsSpan(0, width))
        {
            worker.Begin(vectors, next, tables, Ends);
        }

        var before = States;
        for (var from = 0; from < layer.Count; from += _options.StatesOfChunk * width)
        {
            if (Limit(next.Count) is not null)
            {
                return null;
            }

            if (width == 1)
            {
                _workers[0].Play(layer.States, from, Math.Min(layer.Count, from + _options.StatesOfChunk), cancellation);
            }
            else
            {
                PlayTogether(layer, tables, from, cancellation);
            }

            States = before + tables.Sum(table => (long)table.Count);
        }

        if (cancellation.IsCancellationRequested)
        {
            return null;
        }

        var deadlocks = new List<int>();
        foreach (var worker in _workers.AsSpan(0, width))
        {
            worker.Finish();
            deadlocks.Add(worker.Deadlock);
        }

        if (deadlocks.Where(state => state >= 0).Order().ToList() is [var first, ..])
        {
            _shortest.NoteDeadlock(_layers, first);
        }

        Bytes = Math.Max(Bytes, _layers.Sum(past => (long)past.Parents.Length * 6) + tables.Sum(table => (long)table.Count * StateTable<TCount>.BytesPerState));
        var spare = _spare;
        _spare = [];
        return width == 1 ? Layer.Of(tables[0], spare) : Layer.Of(tables, spare, layer.Count, _forest.Scripts.Length * ScriptAction.PerScript);
    }

    private void PlayTogether(Layer layer, StateTable<TCount>[] tables, int from, CancellationToken cancellation)
    {
        var width = tables.Length;
        Parallel.For(0, width, part =>
        {
            var first = from + (part * _options.StatesOfChunk);
            _workers[part].Play(layer.States, first, Math.Min(layer.Count, first + _options.StatesOfChunk), cancellation);
        });

        // Each table gets what is its own from every worker, in the order of the states that it came from.
        Parallel.For(0, width, part =>
        {
            foreach (var worker in _workers.AsSpan(0, width))
            {
                worker.GiveTo(tables[part], part);
            }
        });
    }

    /// <summary>The states of a layer, in the order of the orders that reach them first.</summary>
    private readonly record struct Layer(StateTable<TCount>.State[] States, int Count)
    {
        public ReadOnlySpan<StateTable<TCount>.State> All => States.AsSpan(0, Count);

        /// <summary>Of one table, in whose order they are already.</summary>
        /// <param name="table">The table; it is empty afterwards.</param>
        /// <param name="spare">An array that nobody needs any more.</param>
        public static Layer Of(StateTable<TCount> table, StateTable<TCount>.State[] spare)
        {
            var count = table.Count;
            return new(table.Take(spare), count);
        }

        /// <summary>
        /// Of several tables: a state's place is how many others were reached before it. What reached it first, parent and action, is
        /// its own, so the places follow from one bit for each that was the first.
        /// </summary>
        public static Layer Of(StateTable<TCount>[] tables, StateTable<TCount>.State[] spare, int parents, int actions)
        {
            var firsts = new ulong[(((long)parents * actions) / 64) + 1];
            foreach (var table in tables)
            {
                foreach (ref readonly var state in table.States)
                {
                    var first = ((long)state.Parent * actions) + state.Action;
                    firsts[first >> 6] |= 1UL << (int)(first & 63);
                }
            }

            var before = new int[firsts.Length];
            for (var word = 1; word < firsts.Length; word++)
            {
                before[word] = before[word - 1] + BitOperations.PopCount(firsts[word - 1]);
            }

            var count = tables.Sum(table => table.Count);
            var states = spare.Length >= count ? spare : new StateTable<TCount>.State[count];
            Parallel.ForEach(tables, table =>
            {
                foreach (ref readonly var state in table.States)
                {
                    var first = ((long)state.Parent * actions) + state.Action;
                    states[before[first >> 6] + BitOperations.PopCount(firsts[first >> 6] & ((1UL << (int)(first & 63)) - 1))] = state;
                }

                table.Clear();
            });
            return new(states, count);
        }

        /// <summary>By which action each was reached first, to be kept.</summary>
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
