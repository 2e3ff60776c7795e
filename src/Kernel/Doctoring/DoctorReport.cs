using System.Collections.Immutable;
using DmaGrains.Kernel.Capturing;
using DmaGrains.Kernel.Listings;
using DmaGrains.Kernel.Logs;

namespace DmaGrains.Kernel.Doctoring;

/// <summary>What a machine says of its shared buffers.</summary>
/// <param name="Machine">The machine; its board file is that of <c>capture</c>.</param>
/// <param name="Buffers">Its buffers, held against that board; null when nothing shows them.</param>
/// <param name="Pools">Its contiguous areas and its bounce pool.</param>
/// <param name="DmaApiErrors">What DMA-API debugging counted; null without it.</param>
/// <param name="Mappings">What is mapped, by DMA-API debugging; null without it.</param>
/// <param name="Log">What its log says; null when none was given.</param>
/// <param name="Unknown">What could not be found out, and why; what could not be captured is among it.</param>
public sealed record DoctorReport(
    CaptureReport Machine,
    ImportReport? Buffers,
    ImmutableArray<MemoryPoolReport> Pools,
    ulong? DmaApiErrors,
    LogReport? Mappings,
    LogReport? Log,
    ImmutableArray<UnreadPath> Unknown)
{
    /// <summary>Whether nothing that could be read is at risk or wrong.</summary>
    public bool Good => Buffers?.Good != false && DmaApiErrors is null or 0 && Mappings?.Good != false && Log?.Good != false
        && Pools.All(pool => pool.Risk is null);
}
