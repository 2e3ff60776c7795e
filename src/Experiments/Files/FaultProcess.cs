using DmaGrains.Experiments.Sampling;
using DmaGrains.Model.Devices;

namespace DmaGrains.Experiments.Files;

/// <summary>Something that goes wrong again and again.</summary>
/// <param name="Every">Time from one to the next, in nanoseconds.</param>
public abstract record FaultProcess(Distribution Every)
{
    /// <summary>A device's driver dies and is started again: its mappings and attachments end, and buffers that nobody else imports go.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="Every">Time from one crash to the next, in nanoseconds.</param>
    public sealed record Crash(string Device, Distribution Every) : FaultProcess(Every);

    /// <summary>A device stops for a while: it uses nothing, and keeps what it holds.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="Every">Time from one to the next, in nanoseconds.</param>
    /// <param name="For">How long, in nanoseconds.</param>
    public sealed record Hang(string Device, Distribution Every, Distribution For) : FaultProcess(Every);

    /// <summary>The exporter takes its oldest buffer back; who holds it unmaps and detaches.</summary>
    /// <param name="Stream">Of which stream.</param>
    /// <param name="Every">Time from one to the next, in nanoseconds.</param>
    public sealed record Revoke(string Stream, Distribution Every) : FaultProcess(Every);

    /// <summary>Somebody else takes all that is free in a region, for a while.</summary>
    /// <param name="Region">The region.</param>
    /// <param name="Every">Time from one to the next, in nanoseconds.</param>
    /// <param name="For">How long, in nanoseconds.</param>
    public sealed record MemoryRunsOut(string Region, Distribution Every, Distribution For) : FaultProcess(Every);

    /// <summary>A device's driver declares other limits for a while; who is attached keeps those that it attached with.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="Declared">What it declares meanwhile.</param>
    /// <param name="Every">Time from one to the next, in nanoseconds.</param>
    /// <param name="For">How long, in nanoseconds.</param>
    public sealed record Parameters(string Device, DeviceDmaParameters? Declared, Distribution Every, Distribution For) : FaultProcess(Every);
}
