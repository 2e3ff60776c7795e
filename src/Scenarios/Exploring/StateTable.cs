using System.Numerics;

namespace DmaGrains.Scenarios.Exploring;

/// <summary>
/// Distinct states of a layer: each with how many orders lead to it, and by which action it was reached first. The key is the state
/// itself, not a hash of it.
/// </summary>
internal sealed class StateTable<TCount>
    where TCount : struct, INumber<TCount>
{
    private ulong[] _keys = new ulong[64];
    private TCount[] _orders = new TCount[64];
    private int[] _parents = new int[64];
    private ushort[] _actions = new ushort[64];
    private int[] _slots = new int[128];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The states, in the order in which they were reached first.</summary>
    public ReadOnlySpan<ulong> Keys => _keys.AsSpan(0, Count);

    /// <summary>How many orders lead to each.</summary>
    public ReadOnlySpan<TCount> Orders => _orders.AsSpan(0, Count);

    /// <summary>From which state of the layer before each was reached first.</summary>
    public ReadOnlySpan<int> Parents => _parents.AsSpan(0, Count);

    /// <summary>By which action.</summary>
    public ReadOnlySpan<ushort> Actions => _actions.AsSpan(0, Count);

    /// <summary>Bytes that one state takes at most, the table being as full as it gets.</summary>
    public static int BytesOf(int countBytes) => 2 * (sizeof(ulong) + countBytes + sizeof(int) + sizeof(ushort) + (2 * sizeof(int)));

    /// <summary>Some orders have reached a state.</summary>
    public void Add(ulong key, TCount orders, int parent, ushort action)
    {
        var mask = _slots.Length - 1;
        for (var slot = SlotOf(key, mask); ; slot = (slot + 1) & mask)
        {
            var found = _slots[slot] - 1;
            if (found < 0)
            {
                Insert(slot, key, orders, parent, action);
                return;
            }

            if (_keys[found] == key)
            {
                _orders[found] += orders;
                return;
            }
        }
    }

    private void Insert(int slot, ulong key, TCount orders, int parent, ushort action)
    {
        if (Count == _keys.Length)
        {
            Grow();
            slot = FreeSlotOf(key);
        }

        _keys[Count] = key;
        _orders[Count] = orders;
        _parents[Count] = parent;
        _actions[Count] = action;
        _slots[slot] = ++Count;
    }

    private void Grow()
    {
        var length = checked(_keys.Length * 2);
        Array.Resize(ref _keys, length);
        Array.Resize(ref _orders, length);
        Array.Resize(ref _parents, length);
        Array.Resize(ref _actions, length);
        _slots = new int[length * 2];
        for (var index = 0; index < Count; index++)
        {
            _slots[FreeSlotOf(_keys[index])] = index + 1;
        }
    }

    private int FreeSlotOf(ulong key)
    {
        var mask = _slots.Length - 1;
        var slot = SlotOf(key, mask);
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    /// <summary>Which of several tables a state belongs to.</summary>
    public static int PartOf(ulong key, int parts) => (int)((Mixed(key) >> 56) % (uint)parts);

    private static int SlotOf(ulong key, int mask) => (int)(Mixed(key) >> 24) & mask;

    private static ulong Mixed(ulong key)
    {
        key = unchecked((key ^ (key >> 32)) * 0x9e3779b97f4a7c15UL);
        return key ^ (key >> 29);
    }
}
