using DmaGrains.Model.Devices;

namespace DmaGrains.Analysis.Exploring;

/// <summary>A fault that may happen once, at any moment of an order, or not at all.</summary>
public abstract record Fault
{
    private protected Fault()
    {
    }

    /// <summary>
    /// An importer's process dies between two of its steps. The kernel closes its files, so its driver unmaps and detaches step by step; an
    /// open CPU access is never ended.
    /// </summary>
    /// <param name="Importer">Its name; null for each of them.</param>
    public sealed record Crash(string? Importer) : Fault;

    /// <summary>An importer hangs between two of its steps and keeps what it holds.</summary>
    /// <param name="Importer">Its name; null for each of them.</param>
    public sealed record Hang(string? Importer) : Fault;

    /// <summary>The exporter revokes a buffer.</summary>
    /// <param name="Buffer">Its name.</param>
    public sealed record Revoke(string Buffer) : Fault;

    /// <summary>Another user takes all free memory, for good.</summary>
    /// <param name="Region">Of which region; null for all system RAM and contiguous areas.</param>
    public sealed record MemoryRunsOut(string? Region) : Fault;

    /// <summary>A device's driver declares other DMA parameters.</summary>
    /// <param name="Device">Its name.</param>
    /// <param name="Declared">What it declares from then on.</param>
    public sealed record Parameters(string Device, DeviceDmaParameters Declared) : Fault;
}
