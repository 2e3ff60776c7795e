namespace DmaGrains.Model.Translation;

/// <summary>The 128 slots of a set as bits, so that runs are found without walking the slots.</summary>
internal static class SlotSet
{
    /// <summary>Slots in a set.</summary>
    public const int Count = 128;

    /// <summary>The slots at which a kernel page starts: every second one with pages of 4 KiB.</summary>
    /// <param name="pageOrder">The kernel's page order.</param>
    public static UInt128 PageStarts(int pageOrder) => pageOrder == 0 ? EverySecond : UInt128.MaxValue / ((UInt128.One << (2 << pageOrder)) - 1);

    private static UInt128 EverySecond { get; } = UInt128.MaxValue / 3;

    /// <summary>A run of slots, as bits.</summary>
    public static UInt128 Run(int first, int count) => (UInt128.MaxValue >> (Count - count)) << first;

    /// <summary>The lowest slot at which a run is free.</summary>
    /// <param name="used">The slots in use.</param>
    /// <param name="count">Slots in a row, 1 to 128.</param>
    /// <param name="starts">The slots at which the run may start.</param>
    public static int? FindFree(UInt128 used, int count, UInt128 starts)
    {
        var free = ~used;
        for (var length = 1; length < count && free != 0;)
        {
            // A set bit means that a free run of this length starts there; the shift brings in used slots.
            var more = Math.Min(length, count - length);
            free &= free >> more;
            length += more;
        }

        free &= starts;
        return free == 0 ? null : (int)UInt128.TrailingZeroCount(free);
    }

    /// <summary>The longest run of free slots.</summary>
    public static int LongestFree(UInt128 used)
    {
        var longest = 0;
        for (var free = ~used; free != 0; free &= free >> 1)
        {
            longest++;
        }

        return longest;
    }
}
