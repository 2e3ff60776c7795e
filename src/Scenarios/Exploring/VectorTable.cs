namespace DmaGrains.Scenarios.Exploring;

/// <summary>
/// The places that all scripts are in together, by number: of one layer of the exploration. A state is such a number and a board's.
/// </summary>
internal sealed class VectorTable
{
    /// <summary>The <see cref="Entry.Alone"/> of a place where everybody's next step may matter to somebody.</summary>
    public const int Nobody = -1;

    private readonly ActorForest _forest;
    private readonly bool _reduces;
    private readonly int _width;
    private readonly int _actions;
    private readonly Lock _lock = new();
    private readonly FailureSets _failures;
    private readonly Dictionary<(int Vector, int Action, Answer Answer), Step> _otherAfter = [];
    private int[] _nodes;
    private Entry[] _entries = new Entry[64];
    private int[] _slots = new int[256];
    private long[] _after = [];

    /// <summary>None yet.</summary>
    public VectorTable(ActorForest forest, FailureSets failures, bool reduces)
    {
        _forest = forest;
        _failures = failures;
        _reduces = reduces;
        _width = forest.Scripts.Length;
        _actions = forest.Scripts.Any(script => script.MayCrash || script.MayHang) ? ScriptAction.PerScript : 1;
        _nodes = new int[_entries.Length * _width];
        Array.Fill(_slots, -1);
    }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many scripts each has a place of.</summary>
    public int Width => _width;

    /// <summary>The node of a script's place.</summary>
    public int NodeOf(int vector, int script) => _nodes[(vector * _width) + script];

    /// <summary>The nodes of all scripts.</summary>
    public ReadOnlySpan<int> NodesOf(int vector) => _nodes.AsSpan(vector * _width, _width);

    /// <summary>What is known of a place.</summary>
    public ref readonly Entry this[int vector] => ref _entries[vector];

    /// <summary>Says that no more will come, so that what comes after can be noted.</summary>
    public void Close() => _after = new long[(long)Count * _width * _actions];

    /// <summary>The number of a place; a new one when nobody was there before.</summary>
    public int Intern(ReadOnlySpan<int> nodes)
    {
        var hash = HashOf(nodes);
        lock (_lock)
        {
            if (_slots[SlotOf(nodes, hash)] is >= 0 and var known)
            {
                return known;
            }
        }

        var entry = Look(nodes);
        lock (_lock)
        {
            var slot = SlotOf(nodes, hash);
            return _slots[slot] is >= 0 and var known ? known : Add(nodes, entry, slot);
        }
    }

    /// <summary>Where an action leads to, in the table of the next layer.</summary>
    /// <param name="vector">A place of this layer, which is closed.</param>
    /// <param name="script">Whose action.</param>
    /// <param name="action">What: one of <see cref="ScriptAction"/>.</param>
    /// <param name="answer">What it was answered.</param>
    public Step After(int vector, int script, int action, Answer answer)
    {
        var index = ActionIndex(vector, script, action);
        var known = Volatile.Read(ref _after[index]);
        if (known == 0 || (byte)known == answer.Code)
        {
            return new(known);
        }

        lock (_lock)
        {
            return _otherAfter.GetValueOrDefault((vector, ScriptAction.Of(script, action), answer));
        }
    }

    /// <summary>Notes where an action leads to.</summary>
    public Step Note(int vector, int script, int action, Answer answer, int after, bool isAlone)
    {
        var step = Step.To(after, isAlone, answer);
        if (Interlocked.CompareExchange(ref _after[ActionIndex(vector, script, action)], step.Packed, 0) is not 0 and var first && first != step.Packed)
        {
            lock (_lock)
            {
                _otherAfter[(vector, ScriptAction.Of(script, action), answer)] = step;
            }
        }

        return step;
    }

    private long ActionIndex(int vector, int script, int action) =>
        ((((long)vector * _width) + script) * _actions) + action;

    /// <summary>Where a place is, or would be.</summary>
    private int SlotOf(ReadOnlySpan<int> nodes, uint hash)
    {
        var mask = _slots.Length - 1;
        var slot = (int)hash & mask;
        while (_slots[slot] >= 0 && !NodesOf(_slots[slot]).SequenceEqual(nodes))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private int Add(ReadOnlySpan<int> nodes, in Entry entry, int slot)
    {
        var vector = Count;
        if (vector == _entries.Length)
        {
            Array.Resize(ref _entries, vector * 2);
            Array.Resize(ref _nodes, vector * 2 * _width);
        }

        nodes.CopyTo(_nodes.AsSpan(vector * _width));
        _entries[vector] = entry;
        Count++;
        if (Count * 2 > _slots.Length)
        {
            Rehash();
        }
        else
        {
            _slots[slot] = vector;
        }

        return vector;
    }

    private void Rehash()
    {
        _slots = new int[_slots.Length * 2];
        Array.Fill(_slots, -1);
        var mask = _slots.Length - 1;
        for (var vector = 0; vector < Count; vector++)
        {
            var slot = (int)HashOf(NodesOf(vector)) & mask;
            while (_slots[slot] >= 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = vector;
        }
    }

    private Entry Look(ReadOnlySpan<int> numbers)
    {
        var nodes = new ActorNode[numbers.Length];
        var (left, failures, isDone, isBroken, isFixed) = (0, FailureSets.Empty, true, false, _reduces);
        for (var script = 0; script < nodes.Length; script++)
        {
            var node = nodes[script] = _forest.Node(numbers[script]);
            var isOptional = _forest.Scripts[script].IsOptional;
            left += node.StepsLeft;
            failures = _failures.Union(failures, node.Failures);
            isDone &= isOptional || node.StepsLeft == 0;
            isBroken |= node.Answer == Answer.Broken;
            isFixed &= !node.MayEndEarly && (!isOptional || node.StepsLeft == 0);
        }

        return new(left, failures, isDone || isBroken, isBroken, isFixed && !isDone && !isBroken ? AloneIn(nodes) : Nobody);
    }

    /// <summary>
    /// Whose remaining steps touch nothing that the steps of the others touch. Only where every order that goes on from here has the
    /// same number of steps: that is what the orders are counted by.
    /// </summary>
    private int AloneIn(ActorNode[] nodes)
    {
        for (var script = 0; script < nodes.Length; script++)
        {
            var node = nodes[script];
            if (node.StepsLeft != 0 && !Array.Exists(nodes, other => other != node && other.StepsLeft != 0 && _forest.Meet(node, other)))
            {
                return script;
            }
        }

        return Nobody;
    }

    private static uint HashOf(ReadOnlySpan<int> nodes)
    {
        var hash = 0x9e3779b97f4a7c15UL;
        foreach (var node in nodes)
        {
            hash = unchecked((hash ^ (uint)node) * 0xff51afd7ed558ccdUL);
            hash ^= hash >> 32;
        }

        return (uint)hash;
    }

    /// <summary>Where an action leads to: to which place, and whether somebody may play all its steps there.</summary>
    /// <param name="Packed">0 when nobody has looked yet.</param>
    public readonly record struct Step(long Packed)
    {
        /// <summary>Whether somebody has looked.</summary>
        public bool IsKnown => Packed != 0;

        /// <summary>The number of the place.</summary>
        public int Place => (int)(Packed >> 9) - 1;

        /// <summary>Whether it has an <see cref="Entry.Alone"/>.</summary>
        public bool IsAlone => (Packed & 256) != 0;

        /// <summary>To a place.</summary>
        public static Step To(int place, bool isAlone, Answer answer) =>
            new((((long)place + 1) * 512) + (isAlone ? 256 : 0) + answer.Code);
    }

    /// <summary>What is known of a place.</summary>
    /// <param name="StepsLeft">Steps of all scripts together.</param>
    /// <param name="Failures">The set of failures so far.</param>
    /// <param name="IsEnd">Whether an order may end here: all that is not optional is done.</param>
    /// <param name="IsBroken">Whether it has to, because an invariant was broken.</param>
    /// <param name="Alone">Who may play all its steps at once; else <see cref="Nobody"/>.</param>
    public readonly record struct Entry(int StepsLeft, int Failures, bool IsEnd, bool IsBroken, int Alone);
}
