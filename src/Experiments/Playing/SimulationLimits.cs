using DmaGrains.Experiments.Files;

namespace DmaGrains.Experiments.Playing;

/// <summary>When a simulation ends, and its random numbers.</summary>
/// <param name="Seed">The experiment's seed.</param>
/// <param name="Repetition">The repetition's index, from 0.</param>
internal sealed record SimulationLimits(ulong Seed, int Repetition)
{
    /// <summary>The latest end, in nanoseconds.</summary>
    public ulong Nanoseconds { get; init; } = Times.Max;

    /// <summary>The number of commands after which it ends, or earlier when nothing more can happen.</summary>
    public ulong Commands { get; init; } = ulong.MaxValue;

    /// <summary>The warm-up, in nanoseconds; null to decide it afterwards.</summary>
    public ulong? WarmUpNanoseconds { get; init; }
}
