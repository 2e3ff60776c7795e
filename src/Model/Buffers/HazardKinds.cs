namespace DmaGrains.Model.Buffers;

/// <summary>Properties of hazard kinds.</summary>
public static class HazardKinds
{
    /// <summary>
    /// Whether the hazard comes from how the buffer is used: the order of reads, writes and flushes. An exporter's policy can prevent it
    /// only by refusing to serve.
    /// </summary>
    public static bool IsOfUse(this HazardKind kind) => kind
        is HazardKind.HeldAfterRevoke or HazardKind.StaleTranslation or HazardKind.CpuAccessWhileDeviceOwns
        or HazardKind.DirtyDataLost or HazardKind.StaleCpuRead or HazardKind.StaleSnoop or HazardKind.UnflushedCaches;
}
