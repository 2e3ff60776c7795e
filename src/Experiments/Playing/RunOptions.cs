namespace DmaGrains.Experiments.Playing;

/// <summary>How an experiment is run. Nothing of it changes the results.</summary>
public sealed record RunOptions
{
    /// <summary>How many boards are played at a time.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>A folder for checkpoints; null for none.</summary>
    public string? Checkpoints { get; init; }

    /// <summary>After how many commands of a board where it is is written again.</summary>
    public ulong CommandsBetweenCheckpoints { get; init; } = 2_000_000;

    /// <summary>Is told how far it has come, by one thread at a time.</summary>
    public Action<RunProgress>? Progress { get; init; }
}
