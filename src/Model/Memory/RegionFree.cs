namespace DmaGrains.Model.Memory;

/// <summary>The free pages of a region.</summary>
/// <param name="PageCount">Free pages.</param>
/// <param name="LargestRunPages">Pages of the longest free run.</param>
/// <param name="RunCount">How many free runs there are.</param>
public readonly record struct RegionFree(ulong PageCount, ulong LargestRunPages, int RunCount);
