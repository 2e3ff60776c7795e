namespace DmaGrains.Model.Coherency;

/// <summary>Who may use the buffer through a live mapping, as far as cache work is concerned. Stored, so the numbers never change.</summary>
public enum MappingTurn
{
    /// <summary>The device: what the CPU wrote was written back at the map, the flush, or the sync for the device.</summary>
    Device = 0,

    /// <summary>Nobody: mapped, but the map's cache work is owed until a flush (thread #34).</summary>
    Owed = 1,

    /// <summary>The CPU, since a sync for the CPU (dma_sync_sgtable_for_cpu); the device waits for its sync.</summary>
    Cpu = 2,
}
