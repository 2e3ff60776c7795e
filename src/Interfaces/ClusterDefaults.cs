namespace DmaGrains.Interfaces;

/// <summary>What silos and clients of a cluster use unless they are told otherwise.</summary>
public static class ClusterDefaults
{
    /// <summary>The service: keys stored state, and never changes.</summary>
    public const string ServiceId = "dmagrains";

    /// <summary>The cluster: which silos belong together.</summary>
    public const string ClusterId = "dmagrains";

    /// <summary>How long an answer is waited for before the caller gets an exception. Reason: docs/decisions/0012.</summary>
    public static TimeSpan ResponseTimeout { get; } = TimeSpan.FromSeconds(5);

    /// <summary>When the others have noticed that a silo is lost, and its grains are elsewhere at the next call. Reason: docs/decisions/0012.</summary>
    public static TimeSpan LossNoticed { get; } = TimeSpan.FromSeconds(2);
}
