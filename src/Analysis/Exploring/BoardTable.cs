using DmaGrains.Model.Boards;
using DmaGrains.Reports;

namespace DmaGrains.Analysis.Exploring;

/// <summary>
/// The distinct boards reached so far, by number, with the result of each move on each: the model is asked once for each board and move,
/// and invariants are checked once for each board.
/// </summary>
internal sealed class BoardTable
{
    private const int AnswerBits = 8;

    private readonly Lock _lock = new();
    private readonly ScriptTrees _trees;
    private readonly BoardKey _key;
    private readonly FailureSets _failures;
    private readonly Action<Board, Board?> _check;
    private readonly string[] _buffers;
    private readonly Dictionary<BoardKey.Numbers, int> _numbers = [];
    private Board[] _boards = new Board[64];
    private BoardKey.Numbers[] _keys = new BoardKey.Numbers[64];
    private int[] _hazards = new int[64];
    private uint[][] _moves = new uint[64][];

    /// <summary>Creates the table with the board at the start, as number 0.</summary>
    /// <param name="start">The board at the start.</param>
    /// <param name="trees">The scripts' trees, with their moves.</param>
    /// <param name="key">Computes the key by which boards are compared.</param>
    /// <param name="buffers">The buffers whose hazards count.</param>
    /// <param name="failures">Receives the hazards.</param>
    /// <param name="check">Throws when an invariant is broken; takes the board and the one from which it was reached.</param>
    public BoardTable(
        Board start, ScriptTrees trees, BoardKey key, IEnumerable<string> buffers, FailureSets failures, Action<Board, Board?> check)
    {
        _trees = trees;
        _key = key;
        _buffers = [.. buffers];
        _failures = failures;
        _check = check;
        Intern(start, -1);
    }

    /// <summary>The number of boards.</summary>
    public int Count { get; private set; }

    /// <summary>The number of moves played by the model.</summary>
    public long MovesPlayed => Interlocked.Read(ref _movesPlayed);

    private long _movesPlayed;

    /// <summary>The first broken invariant, or null.</summary>
    public string? Broken { get; private set; }

    /// <summary>A board by its number.</summary>
    public Board this[int number] => Volatile.Read(ref _boards)[number];

    /// <summary>The set of hazards on record on a board.</summary>
    public int HazardsOf(int board) => Volatile.Read(ref _hazards)[board];

    /// <summary>The result of a move on a board.</summary>
    public (int Board, Answer Answer) After(int board, int move)
    {
        if (move == ScriptNode.Skips)
        {
            return (board, Answer.Skipped);
        }

        var known = Volatile.Read(ref _moves)[board];
        return known is not null && move < known.Length && known[move] is not 0 and var packed
            ? ((int)(packed >> AnswerBits) - 1, new((byte)packed))
            : Play(board, move);
    }

    /// <summary>Whether a move was played on a board.</summary>
    public bool Knows(int board, int move) => _moves[board] is { } known && move < known.Length && known[move] != 0;

    private (int Board, Answer Answer) Play(int board, int move)
    {
        var before = this[board];
        var (next, answer) = (board, Answer.Broken);
        Interlocked.Increment(ref _movesPlayed);
        try
        {
            var (after, refusal) = _trees.Move(move).On(before);
            next = ReferenceEquals(after, before) ? board : Intern(after, board);
            answer = Answer.Of(refusal);
        }
        catch (InvalidOperationException broken)
        {
            next = board;
            Broken ??= broken.Message;
        }

        lock (_lock)
        {
            var known = _moves[board];
            if (known is null || move >= known.Length)
            {
                var longer = new uint[Math.Max(move + 1, (known?.Length ?? 8) * 3 / 2)];
                known?.CopyTo(longer, 0);
                _moves[board] = known = longer;
            }

            known[move] = ((uint)(next + 1) << AnswerBits) | answer.Code;
        }

        return (next, answer);
    }

    /// <param name="board">A board.</param>
    /// <param name="from">The number of the one that it came from; -1 for none.</param>
    private int Intern(Board board, int from)
    {
        var before = from < 0 ? null : this[from];
        var key = _key.Of(board, before, from < 0 ? default : Volatile.Read(ref _keys)[from]);
        lock (_lock)
        {
            if (_numbers.TryGetValue(key, out var known))
            {
                return known;
            }
        }

        _check(board, before);
        var hazards = HazardsIn(board);
        lock (_lock)
        {
            if (_numbers.TryGetValue(key, out var known))
            {
                return known;
            }

            var number = Count;
            if (number == _boards.Length)
            {
                Array.Resize(ref _boards, number * 2);
                Array.Resize(ref _keys, number * 2);
                Array.Resize(ref _hazards, number * 2);
                Array.Resize(ref _moves, number * 2);
            }

            _boards[number] = board;
            _keys[number] = key;
            _hazards[number] = hazards;
            _numbers.Add(key, number);
            Count = number + 1;
            return number;
        }
    }

    private int HazardsIn(Board board)
    {
        var set = FailureSets.Empty;
        foreach (var name in _buffers)
        {
            foreach (var hazard in board.Buffer(name)?.Hazards ?? [])
            {
                var failure = new Failure(
                    FailureKind.Hazard, hazard.Importer, null, name, Vocabulary.Spelt(hazard.Kind.ToString()));
                set = _failures.Union(set, _failures.Of(failure));
            }
        }

        return set;
    }
}
