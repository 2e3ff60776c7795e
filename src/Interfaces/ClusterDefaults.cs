namespace DmaGrains.Interfaces;

/// <summary>Default settings of silos and clients.</summary>
public static class ClusterDefaults
{
    /// <summary>The service id. It is part of the keys of stored state, so it never changes.</summary>
    public const string ServiceId = "dmagrains";

    /// <summary>The cluster id, which tells which silos belong together.</summary>
    public const string ClusterId = "dmagrains";

    /// <summary>How long a caller waits for a reply before it gets an exception. Reason: docs/decisions/0012.</summary>
    public static TimeSpan ResponseTimeout { get; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The time after which other silos have noticed a lost silo, so that its grains activate elsewhere at the next call. Reason:
    /// docs/decisions/0012.
    /// </summary>
    public static TimeSpan LossNoticed { get; } = TimeSpan.FromSeconds(2);
}
