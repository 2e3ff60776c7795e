namespace DmaGrains.Silo;

/// <summary>What silos and clients call their cluster.</summary>
public static class SiloNames
{
    /// <summary>Keys stored state; never changes.</summary>
    public const string ServiceId = "dmagrains";

    /// <summary>Which silos belong together.</summary>
    public const string ClusterId = "dmagrains";
}
