using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Driving;

/// <summary>How an experiment is run on grains.</summary>
public sealed record LiveOptions
{
    /// <summary>The clock; null for the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How often commands were sent again below, by a client that does so by itself; null when it does not.</summary>
    public Func<ulong>? SentAgain { get; init; }

    /// <summary>Is told how far it has come, by one thread at a time.</summary>
    public Action<RunProgress>? Progress { get; init; }
}
