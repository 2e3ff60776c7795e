using System.Numerics;
using System.Runtime.CompilerServices;

namespace DmaGrains.Analysis.Exploring;

/// <summary>
/// The distinct states of a layer, each with the number of orders that lead to it and the action by which it was first reached. The key is
/// the state itself, not a hash.
/// </summary>
internal sealed class StateTable<TCount>
    where TCount : struct, INumber<TCount>
{
    private State[] _states = new State[64];
    private int[] _slots = new int[128];

    /// <summary>The number of states.</summary>
    public int Count { get; private set; }

    /// <summary>The states, in the order in which they were first reached.</summary>
    public ReadOnlySpan<State> States => _states.AsSpan(0, Count);

    /// <summary>The bytes that one state takes at most: in a table that is at its fullest.</summary>
    public static int BytesPerState => 2 * (Unsafe.SizeOf<State>() + (2 * sizeof(int)));

    /// <summary>Removes all states and keeps the capacity.</summary>
    public void Clear()
    {
        Count = 0;
        Array.Clear(_slots);
    }

    /// <summary>Returns the states and starts again, empty, in the spare array.</summary>
    public State[] Take(State[] spare)
    {
        var states = _states;
        _states = spare.Length == 0 ? new State[states.Length] : spare;
        Count = 0;
        if (_slots.Length < _states.Length * 2)
        {
            _slots = SlotsFor(_states.Length);
        }
        else
        {
            Array.Clear(_slots);
        }

        return states;
    }

    /// <summary>Counts orders that reach a state.</summary>
    public void Add(ulong key, TCount orders, int parent, ushort action)
    {
        var mask = _slots.Length - 1;
        for (var slot = SlotOf(key, mask); ; slot = (slot + 1) & mask)
        {
            var found = _slots[slot] - 1;
            if (found < 0)
            {
                Insert(slot, new(key, orders, parent, action));
                return;
            }

            ref var state = ref _states[found];
            if (state.Key == key)
            {
                state = state with { Orders = state.Orders + orders };
                return;
            }
        }
    }

    private void Insert(int slot, State state)
    {
        if (Count == _states.Length)
        {
            Grow();
            slot = FreeSlotOf(state.Key);
        }

        _states[Count] = state;
        _slots[slot] = ++Count;
    }

    private void Grow()
    {
        var length = checked(_states.Length * 2);
        Array.Resize(ref _states, length);
        _slots = SlotsFor(length);
        for (var index = 0; index < Count; index++)
        {
            _slots[FreeSlotOf(_states[index].Key)] = index + 1;
        }
    }

    /// <summary>The number of slots: a power of two, at most half of them used.</summary>
    private static int[] SlotsFor(int states) => new int[BitOperations.RoundUpToPowerOf2((uint)states * 2)];

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

    private static int SlotOf(ulong key, int mask) => (int)(Mixed(key) >> 24) & mask;

    private static ulong Mixed(ulong key)
    {
        key = unchecked((key ^ (key >> 32)) * 0x9e3779b97f4a7c15UL);
        return key ^ (key >> 29);
    }

    /// <summary>A state.</summary>
    /// <param name="Key">The places of all scripts, and the board, by number.</param>
    /// <param name="Orders">The number of orders that lead to it.</param>
    /// <param name="Parent">The index of the state in the layer before from which it was first reached.</param>
    /// <param name="Action">The action by which it was first reached.</param>
    public readonly record struct State(ulong Key, TCount Orders, int Parent, ushort Action);
}
