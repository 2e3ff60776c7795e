using DmaGrains.Model.Devices;

namespace DmaGrains.Analysis.Exploring;

/// <summary>Something that may go wrong at any moment of an order, once, or not at all.</summary>
public abstract record Fault
{
    private protected Fault()
    {
    }

    /// <summary>
    /// An importer's process dies between two of its steps: the kernel closes its files, so that its driver unmaps and detaches, step by
    /// step; a CPU access that it had begun is never ended.
    /// </summary>
    /// <param name="Importer">Its name; null for each of them.</param>
    public sealed record Crash(string? Importer) : Fault;

    /// <summary>An importer stops between two of its steps, and keeps what it holds.</summary>
    /// <param name="Importer">Its name; null for each of them.</param>
    public sealed record Hang(string? Importer) : Fault;

    /// <summary>The exporter takes a buffer back.</summary>
    /// <param name="Buffer">Its name.</param>
    public sealed record Revoke(string Buffer) : Fault;

    /// <summary>Somebody else takes all that is free, for good.</summary>
    /// <param name="Region">Of which region; null for all system RAM and contiguous areas.</param>
    public sealed record MemoryRunsOut(string? Region) : Fault;

    /// <summary>A device's driver declares other DMA parameters.</summary>
    /// <param name="Device">Its name.</param>
    /// <param name="Declared">What it declares from then on.</param>
    public sealed record Parameters(string Device, DeviceDmaParameters Declared) : Fault;
}
