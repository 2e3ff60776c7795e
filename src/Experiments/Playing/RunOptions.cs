namespace DmaGrains.Experiments.Playing;

/// <summary>How an experiment is run. None of these options changes the results.</summary>
public sealed record RunOptions
{
    /// <summary>The number of boards played at a time.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>A folder for checkpoints; null for none.</summary>
    public string? Checkpoints { get; init; }

    /// <summary>The number of a board's commands between two checkpoints.</summary>
    public ulong CommandsBetweenCheckpoints { get; init; } = 2_000_000;

    /// <summary>Called with the progress, by one thread at a time.</summary>
    public Action<RunProgress>? Progress { get; init; }
}
