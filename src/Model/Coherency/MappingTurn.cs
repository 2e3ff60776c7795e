namespace DmaGrains.Model.Coherency;

/// <summary>Whose turn it is with a live mapping, as far as cache work is concerned. Stored, so numbers never change.</summary>
public enum MappingTurn
{
    /// <summary>The device's: what the CPU wrote was written back when it was mapped, flushed, or synced for the device.</summary>
    Device = 0,

    /// <summary>Mapped, and the cache work of the map is owed until a flush: nobody may touch it (thread #34).</summary>
    Owed = 1,

    /// <summary>The CPU's, since a sync for the CPU (dma_sync_sgtable_for_cpu); the device waits for a sync for it.</summary>
    Cpu = 2,
}
