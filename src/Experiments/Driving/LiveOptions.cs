using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Driving;

/// <summary>How an experiment is run on grains.</summary>
public sealed record LiveOptions
{
    /// <summary>The clock; null for the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Counts the commands that the client itself has sent again; null when it does not retry.</summary>
    public Func<ulong>? SentAgain { get; init; }

    /// <summary>Called with the progress, by one thread at a time.</summary>
    public Action<RunProgress>? Progress { get; init; }
}
