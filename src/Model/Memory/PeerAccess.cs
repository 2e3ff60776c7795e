namespace DmaGrains.Model.Memory;

/// <summary>What peers may do with a device's own memory on the bus that leads there.</summary>
public enum PeerAccess
{
    /// <summary>Read and write.</summary>
    ReadWrite = 0,

    /// <summary>Write only: posted writes pass a host bridge that no read's answer passes (NVIDIA/open-gpu-kernel-modules #1253).</summary>
    Write = 1,

    /// <summary>Read only.</summary>
    Read = 2,
}
