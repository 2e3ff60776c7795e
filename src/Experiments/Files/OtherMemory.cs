using DmaGrains.Experiments.Sampling;

namespace DmaGrains.Experiments.Files;

/// <summary>Memory that is taken and given back by users outside the workload.</summary>
/// <param name="Region">The region.</param>
/// <param name="Arrivals">When it is requested; a request that does not fit is dropped.</param>
/// <param name="Size">How much at a time, in bytes.</param>
/// <param name="Lifetime">How long it is held, in nanoseconds.</param>
public sealed record OtherMemory(string Region, Arrivals Arrivals, Distribution Size, Distribution Lifetime)
{
    /// <summary>Whether it is taken as one contiguous run.</summary>
    public bool IsContiguous { get; init; }
}
