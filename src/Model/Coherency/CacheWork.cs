namespace DmaGrains.Model.Coherency;

/// <summary>The cache maintenance of a hand-over; each operation covers the whole buffer.</summary>
/// <param name="Cleans">Write-backs of dirty lines for a device.</param>
/// <param name="Invalidates">Discards of lines because a device may have written, or is about to.</param>
/// <param name="Saved">Work that the DMA API would do for each mapping and that was already done (thread #12).</param>
public readonly record struct CacheWork(ulong Cleans, ulong Invalidates, ulong Saved)
{
    /// <summary>One write-back.</summary>
    public static CacheWork Clean { get; } = new(1, 0, 0);

    /// <summary>One discard.</summary>
    public static CacheWork Invalidate { get; } = new(0, 1, 0);

    /// <summary>No work.</summary>
    public static CacheWork None { get; }

    /// <summary>Adds saved work.</summary>
    public CacheWork Saving(int more) => this with { Saved = Saved + (ulong)more };
}
