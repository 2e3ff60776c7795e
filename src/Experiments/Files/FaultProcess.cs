using DmaGrains.Experiments.Sampling;
using DmaGrains.Model.Devices;

namespace DmaGrains.Experiments.Files;

/// <summary>A recurring fault.</summary>
/// <param name="Every">Time from one to the next, in nanoseconds.</param>
public abstract record FaultProcess(Distribution Every)
{
    /// <summary>A device's driver crashes and restarts: its mappings and attachments end, and buffers without other importers are released.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="Every">Time from one crash to the next, in nanoseconds.</param>
    public sealed record Crash(string Device, Distribution Every) : FaultProcess(Every);

    /// <summary>A device hangs for a while: it uses nothing, but keeps what it holds.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="Every">Time from one to the next, in nanoseconds.</param>
    /// <param name="For">The duration, in nanoseconds.</param>
    public sealed record Hang(string Device, Distribution Every, Distribution For) : FaultProcess(Every);

    /// <summary>The exporter revokes its oldest buffer; the holders unmap and detach.</summary>
    /// <param name="Stream">The stream.</param>
    /// <param name="Every">Time from one to the next, in nanoseconds.</param>
    public sealed record Revoke(string Stream, Distribution Every) : FaultProcess(Every);

    /// <summary>Another user takes all free memory of a region for a while.</summary>
    /// <param name="Region">The region.</param>
    /// <param name="Every">Time from one to the next, in nanoseconds.</param>
    /// <param name="For">The duration, in nanoseconds.</param>
    public sealed record MemoryRunsOut(string Region, Distribution Every, Distribution For) : FaultProcess(Every);

    /// <summary>A device's driver declares other limits for a while; existing attachments keep theirs.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="Declared">The limits declared meanwhile.</param>
    /// <param name="Every">Time from one to the next, in nanoseconds.</param>
    /// <param name="For">The duration, in nanoseconds.</param>
    public sealed record Parameters(string Device, DeviceDmaParameters? Declared, Distribution Every, Distribution For) : FaultProcess(Every);
}
