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
    private readonly Lock _lock = new();
    private readonly FailureSets _failures;
    private readonly Dictionary<(int Vector, int Action, Answer Answer), int> _otherAfter = [];
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
    public Entry this[int vector] => _entries[vector];

    /// <summary>Says that no more will come, so that what comes after can be noted.</summary>
    public void Close() => _after = new long[(long)Count * _width * ScriptAction.PerScript];

    /// <summary>The number of a place; a new one when nobody was there before.</summary>
    public int Intern(ReadOnlySpan<int> nodes)
    {
        lock (_lock)
        {
            var hash = HashOf(nodes);
            var mask = _slots.Length - 1;
            for (var slot = (int)(hash & (uint)mask); ; slot = (slot + 1) & mask)
            {
                var found = _slots[slot];
                if (found < 0)
                {
                    return Add(nodes, slot);
                }

                if (NodesOf(found).SequenceEqual(nodes))
                {
                    return found;
                }
            }
        }
    }

    /// <summary>Where an action leads to, in the table of the next layer; -1 when nobody has looked yet.</summary>
    /// <param name="vector">A place of this layer, which is closed.</param>
    /// <param name="script">Whose action.</param>
    /// <param name="action">What: one of <see cref="ScriptAction"/>.</param>
    /// <param name="answer">What it was answered.</param>
    public int After(int vector, int script, int action, Answer answer)
    {
        var index = ActionIndex(vector, script, action);
        var known = Volatile.Read(ref _after[index]);
        if (known != 0 && (byte)(known >> 32) == answer.Code)
        {
            return (int)(uint)known - 1;
        }

        if (known == 0)
        {
            return -1;
        }

        lock (_lock)
        {
            return _otherAfter.GetValueOrDefault((vector, ScriptAction.Of(script, action), answer), -1);
        }
    }

    /// <summary>Notes where an action leads to.</summary>
    public void Note(int vector, int script, int action, Answer answer, int after)
    {
        var known = ((long)answer.Code << 32) | (uint)(after + 1);
        if (Interlocked.CompareExchange(ref _after[ActionIndex(vector, script, action)], known, 0) is not 0 and var first && first != known)
        {
            lock (_lock)
            {
                _otherAfter[(vector, ScriptAction.Of(script, action), answer)] = after;
            }
        }
    }

    private long ActionIndex(int vector, int script, int action) =>
        ((((long)vector * _width) + script) * ScriptAction.PerScript) + action;

    private int Add(ReadOnlySpan<int> nodes, int slot)
    {
        var vector = Count;
        if (vector == _entries.Length)
        {
            Array.Resize(ref _entries, vector * 2);
            Array.Resize(ref _nodes, vector * 2 * _width);
        }

        nodes.CopyTo(_nodes.AsSpan(vector * _width));
        _entries[vector] = Look(nodes);
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
            var slot = (int)(HashOf(NodesOf(vector)) & (uint)mask);
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

    /// <summary>What is known of a place.</summary>
    /// <param name="StepsLeft">Steps of all scripts together.</param>
    /// <param name="Failures">The set of failures so far.</param>
    /// <param name="IsEnd">Whether an order may end here: all that is not optional is done.</param>
    /// <param name="IsBroken">Whether it has to, because an invariant was broken.</param>
    /// <param name="Alone">Who may play all its steps at once; else <see cref="Nobody"/>.</param>
    public readonly record struct Entry(int StepsLeft, int Failures, bool IsEnd, bool IsBroken, int Alone);
}
