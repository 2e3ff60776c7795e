namespace DmaGrains.Model.Memory;

/// <summary>What peers may do with a device's own memory over its peer bus.</summary>
public enum PeerAccess
{
    /// <summary>Read and write.</summary>
    ReadWrite = 0,

    /// <summary>Write only: some host bridges pass posted writes but not the completions of reads (NVIDIA/open-gpu-kernel-modules #1253).</summary>
    Write = 1,

    /// <summary>Read only.</summary>
    Read = 2,
}
