namespace DmaGrains.Model.Coherency;

/// <summary>What handing a buffer over cost in cache maintenance; each counts the whole buffer once.</summary>
/// <param name="Cleans">Write-backs of dirty lines for a device.</param>
/// <param name="Invalidates">Discards of lines because a device may have written, or is about to.</param>
/// <param name="Saved">Work that the DMA API would have done for each mapping and that was seen to already (thread #12).</param>
public readonly record struct CacheWork(ulong Cleans, ulong Invalidates, ulong Saved)
{
    /// <summary>One write-back.</summary>
    public static CacheWork Clean { get; } = new(1, 0, 0);

    /// <summary>One discard.</summary>
    public static CacheWork Invalidate { get; } = new(0, 1, 0);

    /// <summary>Nothing that was not seen to already.</summary>
    public static CacheWork None { get; }

    /// <summary>With so much more saved.</summary>
    public CacheWork Saving(int more) => this with { Saved = Saved + (ulong)more };
}
