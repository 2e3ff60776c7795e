using DmaGrains.Experiments.Sampling;

namespace DmaGrains.Experiments.Files;

/// <summary>Memory that is taken and given back by somebody who has nothing to do with the buffers.</summary>
/// <param name="Region">Of which region.</param>
/// <param name="Arrivals">When it is asked for; what does not fit is not taken.</param>
/// <param name="Size">How much at a time, in bytes.</param>
/// <param name="Lifetime">How long it is held, in nanoseconds.</param>
public sealed record OtherMemory(string Region, Arrivals Arrivals, Distribution Size, Distribution Lifetime)
{
    /// <summary>Whether it is taken in one run.</summary>
    public bool IsContiguous { get; init; }
}
