namespace DmaGrains.Model.Translation;

/// <summary>Consecutive granules of an address space, by number: no number has more than 52 bits.</summary>
/// <param name="First">The first granule.</param>
/// <param name="End">The granule behind the last one.</param>
internal readonly record struct GranuleRun(ulong First, ulong End)
{
    public ulong Count => End - First;

    /// <summary>By place; runs compared are disjoint, or one of them is a probe of which only First counts.</summary>
    public static IComparer<GranuleRun> Order { get; } =
        Comparer<GranuleRun>.Create((x, y) => x.First.CompareTo(y.First));
}
