using System.Diagnostics;
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
    /// <summary>Fewer states than this are not worth a second core.</summary>
    private const int ParallelFrom = 1 << 12;

    private const int StatesOfChunk = 1 << 15;

    private readonly ActorForest _forest;
    private readonly BoardTable _boards;
    private readonly FailureSets _failures;
    private readonly ExplorationOptions _options;
    private readonly Tails<TCount> _tails;
    private readonly ShortestOrders _shortest;
    private readonly List<(int[] Parents, ushort[] Actions)> _layers = [];
    private readonly ExploringWorker<TCount>[] _workers;
    private readonly Stopwatch _clock = Stopwatch.StartNew();

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
        var vectors = new VectorTable(_forest, _failures, Reduces);
        var start = new StateTable<TCount>();
        var (key, orders) = _tails.Play(vectors, vectors.Intern([.. _forest.Roots.Select(root => root.Number)]), 0, TCount.One);
        start.Add(key, orders, -1, 0);
        var layer = Layer.Of(start);
        _layers.Add((layer.Parents, layer.Actions));
        States = 1;
        _shortest.Look(_layers, vectors, layer.Keys, null, []);
        while (layer.Keys.Length != 0)
        {
            vectors.Close();
            var next = new VectorTable(_forest, _failures, Reduces);
            if (Expand(layer, vectors, next, cancellation) is not { } after)
            {
                return Limit(cancellation) ?? "states";
            }

            if (after.Keys.Length == 0)
            {
                break;
            }

            _layers.Add((after.Parents, after.Actions));
            _shortest.Look(_layers, next, after.Keys, vectors, layer.Keys);
            (layer, vectors) = (after, next);
            progress(States, Layers);
        }

        return null;
    }

    /// <summary>With waiting an order may end anywhere, and orders are counted by how long they go on.</summary>
    private bool Reduces => _options.Reduces && !_options.Waits;

    private string? Limit(CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? "interrupted"
        : _options.TimeMax is { } most && _clock.Elapsed >= most ? "time"
        : States > _options.StatesMax ? "states"
        : _boards.Count > ExplorationOptions.BoardsMax ? "boards"
        : GC.GetTotalMemory(false) > MemoryBytesMax ? "memory"
        : null;

    private long MemoryBytesMax =>
        _options.MemoryBytesMax != 0 ? _options.MemoryBytesMax : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;

    private Layer? Expand(Layer layer, VectorTable vectors, VectorTable next, CancellationToken cancellation)
    {
        var width = layer.Keys.Length < ParallelFrom ? 1 : _workers.Length;
        var tables = new StateTable<TCount>[width];
        for (var part = 0; part < width; part++)
        {
            tables[part] = new();
            _workers[part].Begin(vectors, next, tables, Ends);
        }

        var before = States;

        for (var from = 0; from < layer.Keys.Length; from += StatesOfChunk * width)
        {
            if (Limit(cancellation) is not null)
            {
                return null;
            }

            if (width == 1)
            {
                _workers[0].Play(layer.Keys, layer.Orders, from, Math.Min(layer.Keys.Length, from + StatesOfChunk));
            }
            else
            {
                PlayTogether(layer, tables, from);
            }

            States = before + tables.Sum(table => (long)table.Count);
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

        Bytes = Math.Max(Bytes, _layers.Sum(past => (long)past.Parents.Length * 6) + tables.Sum(table => (long)table.Count * StateTable<TCount>.BytesOf(CountBytes)));
        return width == 1 ? Layer.Of(tables[0]) : Layer.Of(tables, layer.Keys.Length, _forest.Scripts.Length * ScriptAction.PerScript);
    }

    private static int CountBytes => System.Runtime.CompilerServices.Unsafe.SizeOf<TCount>();

    private void PlayTogether(Layer layer, StateTable<TCount>[] tables, int from)
    {
        var width = tables.Length;
        Parallel.For(0, width, part =>
        {
            var first = from + (part * StatesOfChunk);
            _workers[part].Play(layer.Keys, layer.Orders, first, Math.Min(layer.Keys.Length, first + StatesOfChunk));
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
    private readonly record struct Layer(ulong[] Keys, TCount[] Orders, int[] Parents, ushort[] Actions)
    {
        public static Layer Of(StateTable<TCount> table) =>
            new(table.Keys.ToArray(), table.Orders.ToArray(), table.Parents.ToArray(), table.Actions.ToArray());

        /// <summary>
        /// Of several tables: a state's place is how many others were reached before it. What reached it first, parent and action, is
        /// its own, so the places follow from one bit for each that was the first.
        /// </summary>
        public static Layer Of(StateTable<TCount>[] tables, int parents, int actions)
        {
            var firsts = new ulong[(((long)parents * actions) / 64) + 1];
            foreach (var table in tables)
            {
                for (var index = 0; index < table.Count; index++)
                {
                    var first = ((long)table.Parents[index] * actions) + table.Actions[index];
                    firsts[first >> 6] |= 1UL << (int)(first & 63);
                }
            }

            var before = new int[firsts.Length];
            for (var word = 1; word < firsts.Length; word++)
            {
                before[word] = before[word - 1] + BitOperations.PopCount(firsts[word - 1]);
            }

            var count = tables.Sum(table => table.Count);
            var layer = new Layer(new ulong[count], new TCount[count], new int[count], new ushort[count]);
            Parallel.ForEach(tables, table =>
            {
                for (var index = 0; index < table.Count; index++)
                {
                    var first = ((long)table.Parents[index] * actions) + table.Actions[index];
                    var place = before[first >> 6]
                        + BitOperations.PopCount(firsts[first >> 6] & ((1UL << (int)(first & 63)) - 1));
                    layer.Keys[place] = table.Keys[index];
                    layer.Orders[place] = table.Orders[index];
                    layer.Parents[place] = table.Parents[index];
                    layer.Actions[place] = table.Actions[index];
                }
            });
            return layer;
        }
    }
}
