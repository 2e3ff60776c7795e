using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Analysis.Advising;

/// <summary>The result of a play.</summary>
/// <param name="Board">The board with everything mapped that can be.</param>
/// <param name="Buffer">The buffer; null when its export was refused.</param>
/// <param name="Refused">The refused importers, in order.</param>
internal sealed record Played(Board Board, DmaBuffer? Buffer, ImmutableArray<RefusedImporter> Refused)
{
    /// <summary>What went wrong silently.</summary>
    public ImmutableArray<Hazard> Hazards => Buffer?.Hazards ?? [];

    /// <summary>The verdict.</summary>
    public Verdict Verdict => !Refused.IsEmpty ? Verdict.Refused
        : Hazards.Any(hazard => IsWrong(hazard.Kind)) ? Verdict.WorksWrongly
        : Hazards.Any(hazard => hazard.Kind == HazardKind.ByLuck) ? Verdict.ByLuck
        : Verdict.Works;

    /// <summary>
    /// Whether a hazard is an unusable list or an unrequested copy. The others depend on the order of reads and writes: when mapped for
    /// both directions at once, every pair of devices of which only one snoops has them.
    /// </summary>
    private static bool IsWrong(HazardKind kind) =>
        kind is HazardKind.Bounced or HazardKind.ListBreaksLimit or HazardKind.AttachedTooLate or HazardKind.PagesReadBehindTranslation
            or HazardKind.NoStructPages or HazardKind.ExportersAddresses or HazardKind.SharedAddresses
            or HazardKind.NoListExists;
}
