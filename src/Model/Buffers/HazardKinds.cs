namespace DmaGrains.Model.Buffers;

/// <summary>What follows from a hazard's kind.</summary>
public static class HazardKinds
{
    /// <summary>
    /// Whether it comes of how the buffer is used: when who reads and writes, and what is flushed when. No exporter's policy prevents it
    /// but by refusing to serve.
    /// </summary>
    public static bool IsOfUse(this HazardKind kind) => kind
        is HazardKind.HeldAfterRevoke or HazardKind.StaleTranslation or HazardKind.CpuAccessWhileDeviceOwns
        or HazardKind.DirtyDataLost or HazardKind.StaleCpuRead or HazardKind.StaleSnoop or HazardKind.UnflushedCaches;
}
