namespace DmaGrains.Silo;

/// <summary>Where grain state is kept.</summary>
public enum StorageProvider
{
    /// <summary>In the silo's memory: gone with the process.</summary>
    Memory = 0,
}
