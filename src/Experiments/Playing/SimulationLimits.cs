using DmaGrains.Experiments.Files;

namespace DmaGrains.Experiments.Playing;

/// <summary>When a simulation ends, and which random numbers it has.</summary>
/// <param name="Seed">The experiment's seed.</param>
/// <param name="Repetition">Which repetition, from 0.</param>
internal sealed record SimulationLimits(ulong Seed, int Repetition)
{
    /// <summary>When it ends at the latest, in nanoseconds.</summary>
    public ulong Nanoseconds { get; init; } = Times.Max;

    /// <summary>After how many commands it ends; or before, when nothing more can happen.</summary>
    public ulong Commands { get; init; } = ulong.MaxValue;

    /// <summary>What does not count at the start, in nanoseconds; null when that is decided afterwards.</summary>
    public ulong? WarmUpNanoseconds { get; init; }
}
