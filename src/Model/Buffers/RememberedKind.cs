using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>The kinds of remembered commands. Stored, so the numbers never change.</summary>
[GenerateSerializer, Alias("dma.remembered-kind")]
public enum RememberedKind
{
    /// <summary>Attach.</summary>
    Attach = 0,

    /// <summary>Detach.</summary>
    Detach = 1,

    /// <summary>Map.</summary>
    Map = 2,

    /// <summary>Unmap.</summary>
    Unmap = 3,

    /// <summary>Release.</summary>
    Release = 4,

    /// <summary>Revoke.</summary>
    Revoke = 5,

    /// <summary>GetScatterlist.</summary>
    GetScatterlist = 6,

    /// <summary>PutScatterlist.</summary>
    PutScatterlist = 7,

    /// <summary>GetPfns.</summary>
    GetPfns = 8,

    /// <summary>PutPfns.</summary>
    PutPfns = 9,

    /// <summary>BeginCpuAccess.</summary>
    BeginCpuAccess = 10,

    /// <summary>EndCpuAccess.</summary>
    EndCpuAccess = 11,

    /// <summary>CpuAccess.</summary>
    CpuAccess = 12,

    /// <summary>Flush.</summary>
    Flush = 13,

    /// <summary>SyncForDevice.</summary>
    SyncForDevice = 14,

    /// <summary>SyncForCpu.</summary>
    SyncForCpu = 15,

    /// <summary>MapRaw.</summary>
    MapRaw = 16,

    /// <summary>Export.</summary>
    Export = 17,
}
