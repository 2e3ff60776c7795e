using DmaGrains.Model.Buffers;

namespace DmaGrains.Model.Coherency;

/// <summary>What handing a buffer over, or touching it, comes to.</summary>
/// <param name="Next">Whose it is afterwards.</param>
/// <param name="Work">What it cost.</param>
/// <param name="Hazard">What went wrong silently; null when nothing.</param>
/// <param name="SeesToOwed">Whether it did what other mappings owed: one write-back serves all of them (thread #12).</param>
public readonly record struct OwnershipStep(CpuOwnership Next, CacheWork Work, HazardKind? Hazard, bool SeesToOwed = false);
