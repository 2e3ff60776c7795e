using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Analysis.Advising;

/// <summary>What came of a play.</summary>
/// <param name="Board">The board with everything mapped that could be.</param>
/// <param name="Buffer">The buffer; null when its export was refused.</param>
/// <param name="Refused">Who did not get through, in the order that it turned out.</param>
internal sealed record Played(Board Board, DmaBuffer? Buffer, ImmutableArray<RefusedImporter> Refused)
{
    /// <summary>What went wrong silently.</summary>
    public ImmutableArray<Hazard> Hazards => Buffer?.Hazards ?? [];

    /// <summary>What it comes to.</summary>
    public Verdict Verdict => !Refused.IsEmpty ? Verdict.Refused
        : Hazards.Any(hazard => IsWrong(hazard.Kind)) ? Verdict.WorksWrongly
        : Hazards.Any(hazard => hazard.Kind == HazardKind.ByLuck) ? Verdict.ByLuck
        : Verdict.Works;

    /// <summary>
    /// Whether a hazard is a wrong list or a copy that nobody asked for. The others depend on when who reads and writes: mapped for
    /// both directions at once, every pair of devices of which one snoops has them.
    /// </summary>
    private static bool IsWrong(HazardKind kind) =>
        kind is HazardKind.Bounced or HazardKind.ListBreaksLimit or HazardKind.AttachedTooLate or HazardKind.PagesReadBehindTranslation
            or HazardKind.NoStructPages or HazardKind.ExportersAddresses or HazardKind.SharedAddresses
            or HazardKind.NoListExists;
}
