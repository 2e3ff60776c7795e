using DmaGrains.Model.Buffers;

namespace DmaGrains.Model.Coherency;

/// <summary>The outcome of a hand-over or of a CPU access.</summary>
/// <param name="Next">The ownership afterwards.</param>
/// <param name="Work">Its cache maintenance.</param>
/// <param name="Hazard">What went wrong silently; null for nothing.</param>
/// <param name="SeesToOwed">Whether it also did the work that other mappings owed: one write-back serves all of them (thread #12).</param>
public readonly record struct OwnershipStep(CpuOwnership Next, CacheWork Work, HazardKind? Hazard, bool SeesToOwed = false);
