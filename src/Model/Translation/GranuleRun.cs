namespace DmaGrains.Model.Translation;

/// <summary>Consecutive granules of an address space, by number; numbers have at most 52 bits.</summary>
/// <param name="First">The first granule.</param>
/// <param name="End">The granule after the last one.</param>
internal readonly record struct GranuleRun(ulong First, ulong End)
{
    public ulong Count => End - First;

    /// <summary>Orders runs by address. Compared runs are disjoint, or one is a probe of which only First counts.</summary>
    public static IComparer<GranuleRun> Order { get; } =
        Comparer<GranuleRun>.Create((x, y) => x.First.CompareTo(y.First));
}
