
namespace DmaGrains.Experiments.Playing;

/// <summary>How memory was used in a span of time.</summary>
/// <param name="UsedArea">Used bytes times nanoseconds.</param>
/// <param name="UsedMax">The most bytes in use at a time.</param>
/// <param name="LargestFreeAtMax">The longest free run, in bytes, at the last time when the most was in use.</param>
/// <param name="RunsMax">The most free runs at a time.</param>
/// <param name="FreeAtEnd">Free bytes at the end.</param>
/// <param name="LargestFreeAtEnd">The longest free run at the end, in bytes.</param>
/// <param name="RunsAtEnd">Free runs at the end.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-memory")]
internal readonly record struct MemorySpan(
    UInt128 UsedArea, ulong UsedMax, ulong LargestFreeAtMax, uint RunsMax, ulong FreeAtEnd, ulong LargestFreeAtEnd, uint RunsAtEnd)
{
    /// <summary>Joins this span and the next.</summary>
    public MemorySpan Then(in MemorySpan next) => next with
    {
        UsedArea = UsedArea + next.UsedArea,
        UsedMax = Math.Max(UsedMax, next.UsedMax),
        LargestFreeAtMax = next.UsedMax >= UsedMax ? next.LargestFreeAtMax : LargestFreeAtMax,
        RunsMax = Math.Max(RunsMax, next.RunsMax),
    };

    /// <summary>Takes note of the present use.</summary>
    /// <param name="used">Bytes in use.</param>
    /// <param name="free">Free bytes.</param>
    /// <param name="largest">The longest free run, in bytes.</param>
    /// <param name="runs">Free runs.</param>
    public MemorySpan Seeing(ulong used, ulong free, ulong largest, uint runs) =>
        new(UsedArea, Math.Max(UsedMax, used), used >= UsedMax ? largest : LargestFreeAtMax, Math.Max(RunsMax, runs), free, largest, runs);
}
