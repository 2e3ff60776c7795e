namespace DmaGrains.Analysis.Exploring;

/// <summary>The combinations of nodes of all scripts in one layer of the exploration, by number. A state is such a number and a board's number.</summary>
internal sealed class VectorTable
{
    /// <summary>The <see cref="Entry.Commuting"/> of a place where no script's remaining steps commute with those of all others.</summary>
    public const int Nobody = -1;

    private const int Unknown = -2;

    private readonly ScriptTrees _trees;
    private readonly bool _reduces;
    private readonly int _width;
    private readonly int _actions;
    private readonly FailureSets _failures;
    private readonly Dictionary<(int Vector, int Action, Answer Answer), Arrival> _otherAfter = [];
    private int[] _nodes;
    private Entry[] _entries = new Entry[64];
    private int[] _slots = new int[256];
    private long[] _after = [];

    /// <summary>Creates a table without places.</summary>
    public VectorTable(ScriptTrees trees, FailureSets failures, bool reduces)
    {
        _trees = trees;
        _failures = failures;
        _reduces = reduces;
        _width = trees.Scripts.Length;
        _actions = trees.Scripts.Any(script => script.MayCrash || script.MayHang) ? ScriptAction.PerScript : 1;
        _nodes = new int[_entries.Length * _width];
        Array.Fill(_slots, -1);
    }

    /// <summary>The number of places.</summary>
    public int Count { get; private set; }

    /// <summary>The number of scripts.</summary>
    public int Width => _width;

    /// <summary>The node of one script in a place.</summary>
    public int NodeOf(int vector, int script) => _nodes[(vector * _width) + script];

    /// <summary>The nodes of all scripts in a place.</summary>
    public ReadOnlySpan<int> NodesOf(int vector) => _nodes.AsSpan(vector * _width, _width);

    /// <summary>What is known of a place.</summary>
    public ref readonly Entry this[int vector] => ref _entries[vector];

    /// <summary>Closes the table: no places are added any more, and successors can be recorded.</summary>
    public void Close()
    {
        var length = Count * _width * _actions;
        if (length > _after.Length)
        {
            _after = new long[_entries.Length * _width * _actions];
        }
        else
        {
            Array.Clear(_after, 0, length);
        }
    }

    /// <summary>Removes everything, to be the table of another layer.</summary>
    public void Clear()
    {
        Count = 0;
        Array.Fill(_slots, -1);
        _otherAfter.Clear();
    }

    /// <summary>The number of a place, which is added when it is new.</summary>
    public int Intern(ReadOnlySpan<int> nodes)
    {
        var entry = default(Entry);
        foreach (var number in nodes)
        {
            entry = entry.With(null, _trees.Node(number), _failures);
        }

        return Intern(nodes, entry with { Commuting = Nobody }, Unknown);
    }

    /// <summary>The number of the place that differs from another place in one script.</summary>
    /// <param name="before">The other place's table.</param>
    /// <param name="vector">The other place.</param>
    /// <param name="after">The node of that script in the new place.</param>
    public int Intern(VectorTable before, int vector, ScriptNode after)
    {
        Span<int> nodes = stackalloc int[_width];
        before.NodesOf(vector).CopyTo(nodes);
        var nodeBefore = _trees.Node(nodes[after.Script]);
        nodes[after.Script] = after.Number;
        ref readonly var from = ref before[vector];
        var entry = from.With(nodeBefore, after, _failures);

        // What the script may still touch has not changed, so no script commutes that did not commute before.
        var same = from is { Commuting: Nobody, Open: 0 } && entry.Open == 0
            && after.StepsLeft != 0 && after.Footprint == nodeBefore.Footprint;
        return Intern(nodes, entry with { Commuting = Nobody }, same ? Nobody : Unknown);
    }

    private int Intern(ReadOnlySpan<int> nodes, Entry entry, int alone)
    {
        var slot = SlotOf(nodes, entry.Hash);
        if (_slots[slot] is >= 0 and var known)
        {
            return known;
        }

        var looks = alone == Unknown && _reduces && entry is { Open: 0, IsEnd: false };
        return Add(nodes, looks ? entry with { Commuting = CommutingIn(nodes) } : entry, slot);
    }

    /// <summary>Where an action leads, in the table of the next layer.</summary>
    /// <param name="vector">A place of this layer; the table is closed.</param>
    /// <param name="script">The script that acts.</param>
    /// <param name="action">The kind of action, one of <see cref="ScriptAction"/>.</param>
    /// <param name="answer">The answer to the action.</param>
    public Arrival After(int vector, int script, int action, Answer answer)
    {
        var known = _after[ActionIndex(vector, script, action)];
        return known == 0 || (byte)known == answer.Code
            ? new(known)
            : _otherAfter.GetValueOrDefault((vector, ScriptAction.Of(script, action), answer));
    }

    /// <summary>Records where an action leads.</summary>
    public Arrival Note(int vector, int script, int action, Answer answer, int after, bool isCommuting)
    {
        var step = Arrival.To(after, isCommuting, answer);
        ref var first = ref _after[ActionIndex(vector, script, action)];
        if (first == 0)
        {
            first = step.Packed;
        }
        else
        {
            _otherAfter.Add((vector, ScriptAction.Of(script, action), answer), step);
        }

        return step;
    }

    private int ActionIndex(int vector, int script, int action) =>
        (((vector * _width) + script) * _actions) + action;

    /// <summary>The slot in which a place is, or would be added.</summary>
    private int SlotOf(ReadOnlySpan<int> nodes, uint hash)
    {
        var mask = _slots.Length - 1;
        var slot = (int)hash & mask;
        while (_slots[slot] is >= 0 and var other && (_entries[other].Hash != hash || !NodesOf(other).SequenceEqual(nodes)))
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
            var slot = (int)_entries[vector].Hash & mask;
            while (_slots[slot] >= 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = vector;
        }
    }

    /// <summary>
    /// A script whose remaining steps touch nothing that the steps of the others touch, provided that all orders from here have the same
    /// number of steps, because orders are counted by their length.
    /// </summary>
    private int CommutingIn(ReadOnlySpan<int> nodes)
    {
        foreach (var number in nodes)
        {
            var node = _trees.Node(number);
            if (node.StepsLeft != 0 && !MeetsAnother(node, nodes))
            {
                return node.Script;
            }
        }

        return Nobody;
    }

    private bool MeetsAnother(ScriptNode node, ReadOnlySpan<int> nodes)
    {
        foreach (var number in nodes)
        {
            var other = _trees.Node(number);
            if (other != node && other.StepsLeft != 0 && _trees.Meet(node, other))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where an action leads: the place, and whether some script may play all its steps at once there.</summary>
    /// <param name="Packed">0 when not computed yet.</param>
    public readonly record struct Arrival(long Packed)
    {
        /// <summary>Whether it was computed.</summary>
        public bool IsKnown => Packed != 0;

        /// <summary>The number of the place.</summary>
        public int Place => (int)(Packed >> 9) - 1;

        /// <summary>Whether it has an <see cref="Entry.Commuting"/>.</summary>
        public bool IsCommuting => (Packed & 256) != 0;

        /// <summary>A successor that leads to a place.</summary>
        public static Arrival To(int place, bool isCommuting, Answer answer) =>
            new((((long)place + 1) * 512) + (isCommuting ? 256 : 0) + answer.Code);
    }

    /// <summary>What is known of a place.</summary>
    /// <param name="Hash">The hash of its nodes.</param>
    /// <param name="StepsLeft">The number of remaining steps of all scripts together.</param>
    /// <param name="Failures">The set of failures so far.</param>
    /// <param name="Owed">The number of scripts whose remaining steps must be played before an order can end.</param>
    /// <param name="Open">The number of scripts that may still play more or fewer steps than the remaining ones.</param>
    /// <param name="IsBroken">Whether an order has to end here, because an invariant was broken.</param>
    /// <param name="Commuting">The script that may play all its steps at once, or <see cref="Nobody"/>.</param>
    public readonly record struct Entry(uint Hash, int StepsLeft, int Failures, short Owed, short Open, bool IsBroken, int Commuting)
    {
        /// <summary>Whether an order may end here, because all steps that are not optional are done.</summary>
        public bool IsEnd => Owed == 0 || IsBroken;

        /// <summary>The entry of a place in which one script is at another node.</summary>
        public Entry With(ScriptNode? before, ScriptNode after, FailureSets failures) => this with
        {
            Hash = Hash ^ HashOf(before) ^ HashOf(after),
            StepsLeft = StepsLeft + after.StepsLeft - (before?.StepsLeft ?? 0),
            Failures = before?.Failures == after.Failures ? Failures : failures.Union(Failures, after.Failures),
            Owed = (short)(Owed + (after.IsOwed ? 1 : 0) - (before is { IsOwed: true } ? 1 : 0)),
            Open = (short)(Open + (after.IsOpen ? 1 : 0) - (before is { IsOpen: true } ? 1 : 0)),
            IsBroken = IsBroken || after.Answer == Answer.Broken,
        };

        /// <summary>Each node belongs to one script, so the order of the nodes does not matter.</summary>
        private static uint HashOf(ScriptNode? node)
        {
            if (node is null)
            {
                return 0;
            }

            var hash = unchecked(((ulong)node.Number + 1) * 0x9e3779b97f4a7c15UL);
            return (uint)(unchecked((hash ^ (hash >> 32)) * 0xff51afd7ed558ccdUL) >> 32);
        }
    }
}
