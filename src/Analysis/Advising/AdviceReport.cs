using System.Collections.Immutable;
using DmaGrains.Analysis.Comparing;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;

namespace DmaGrains.Analysis.Advising;

/// <summary>Advice on who should export a buffer for some importers, and from which memory.</summary>
/// <param name="Board">The board's name.</param>
/// <param name="Devices">The importers.</param>
/// <param name="SizeBytes">The buffer's size.</param>
/// <param name="Lines">The lines of a video frame; null when the buffer is not a frame.</param>
/// <param name="Exporter">The device that has to export; null for no restriction.</param>
/// <param name="Candidates">Every way to export, best first.</param>
/// <param name="AsGood">The number of candidates that are exactly as good as the first.</param>
/// <param name="Conflicts">When nothing works: every minimal set of conflicting importers.</param>
/// <param name="Fixes">When nothing works: changes that would help, ordered by effort.</param>
/// <param name="Reason">What to choose and why, or why nothing works, in words.</param>
public sealed record AdviceReport(
    string Board,
    ImmutableArray<string> Devices,
    ulong SizeBytes,
    LinesReport? Lines,
    string? Exporter,
    ImmutableArray<CandidateReport> Candidates,
    int AsGood,
    ImmutableArray<ImmutableArray<string>> Conflicts,
    ImmutableArray<FixReport> Fixes,
    string Reason);

/// <summary>One way to export.</summary>
/// <param name="Exporter">The device that exports; null for a heap, and for any exporter that allocates for all.</param>
/// <param name="Allocates">For whom it allocates.</param>
/// <param name="Memory">The regions that it names; none means system RAM and contiguous areas.</param>
/// <param name="Policy">The exporter's policy, as a scenario file says it.</param>
/// <param name="Verdict">The verdict when all attach before the first map.</param>
/// <param name="Refused">The refused importers.</param>
/// <param name="Hazards">The hazards.</param>
/// <param name="Regions">The regions that the pages came from.</param>
/// <param name="Storage">The pages with the limits that they satisfy; null without pages.</param>
/// <param name="ContiguousBytes">Bytes held in contiguous areas.</param>
/// <param name="Costs">The costs until all have unmapped.</param>
/// <param name="Segments">Segments that each importer's device walks.</param>
/// <param name="Orders">The results when importers map right after they attach.</param>
public sealed record CandidateReport(
    string? Exporter,
    AllocatesFor Allocates,
    ImmutableArray<string> Memory,
    string Policy,
    Verdict Verdict,
    ImmutableArray<RefusedImporterReport> Refused,
    ImmutableArray<HazardReport> Hazards,
    ImmutableArray<string> Regions,
    PagesReport? Storage,
    ulong ContiguousBytes,
    BufferCosts Costs,
    ImmutableArray<SegmentsOf> Segments,
    OrdersReport Orders);

/// <summary>The pages of a buffer, compared with the limits of its importers.</summary>
/// <param name="RunCount">Runs of pages.</param>
/// <param name="LongestRunBytes">The longest of them.</param>
/// <param name="HighestAddress">Address of the last byte of the highest page.</param>
/// <param name="Union">The union of the attached importers, without what an IOMMU makes up for.</param>
/// <param name="Narrowest">The importer with the narrowest reach; null when nobody attached.</param>
/// <param name="ReachesTo">The last address that it reaches, 2^64-1 behind an IOMMU; null when nobody attached.</param>
public sealed record PagesReport(
    int RunCount, ulong LongestRunBytes, ulong HighestAddress, UnionReport Union, string? Narrowest, ulong? ReachesTo)
{
    /// <summary>The report of a buffer's pages; null when it has none.</summary>
    internal static PagesReport? Of(DmaBuffer? buffer)
    {
        if (buffer?.Storage is not { } storage)
        {
            return null;
        }

        var narrowest = buffer.Attachments.MinBy(attachment => attachment.ReachesTo);
        return new(
            storage.Extents.Length,
            storage.Extents.Max(extent => extent.PageCount) << Page.Shift,
            storage.HighestAddress,
            UnionReport.Of(buffer.Constraints),
            narrowest?.Device,
            narrowest?.ReachesTo);
    }
}

/// <summary>A refused importer.</summary>
/// <param name="Importer">The device; null when the export itself is refused.</param>
/// <param name="Operation">export, attach or map.</param>
/// <param name="Refusal">The refusal.</param>
public sealed record RefusedImporterReport(string? Importer, string Operation, RefusalReport Refusal)
{
    /// <summary>The report of a refused importer.</summary>
    internal static RefusedImporterReport Of(RefusedImporter refused) =>
        new(refused.Device, refused.Operation, RefusalReport.Of(refused.Refusal));
}

/// <summary>The results of a candidate in other orders.</summary>
/// <param name="AllPlayed">Whether every order was played.</param>
/// <param name="OrderCount">The number of orders played.</param>
/// <param name="WorkingCount">The number of these that work.</param>
/// <param name="ByFirst">The results by first importer.</param>
/// <param name="AttachFirst">
/// The smallest sets of importers that make everything work by attaching before the first map; all importers if more than three are needed.
/// Empty when every order works, or nothing helps.
/// </param>
public sealed record OrdersReport(
    bool AllPlayed,
    int OrderCount,
    int WorkingCount,
    ImmutableArray<FirstImporterReport> ByFirst,
    ImmutableArray<ImmutableArray<string>> AttachFirst);

/// <summary>Orders that begin with one importer.</summary>
/// <param name="First">The importer that attaches and maps before all others.</param>
/// <param name="OrderCount">The number of such orders played.</param>
/// <param name="WorkingCount">The number of these that work.</param>
/// <param name="Refused">The importers refused in the others, each once.</param>
/// <param name="Hazards">The hazards in the others, each kind once for each importer.</param>
public sealed record FirstImporterReport(
    string First,
    int OrderCount,
    int WorkingCount,
    ImmutableArray<RefusedImporterReport> Refused,
    ImmutableArray<HazardReport> Hazards);

/// <summary>Changes with which something works, verified by playing.</summary>
/// <param name="Changes">One change, or two together.</param>
/// <param name="Exporter">The device that exports then; null for a heap, and for anybody who allocates for all.</param>
/// <param name="Allocates">For whom it allocates.</param>
/// <param name="Memory">The regions that it names.</param>
/// <param name="Policy">The exporter's policy, as a scenario file says it.</param>
public sealed record FixReport(
    ImmutableArray<ChangeReport> Changes, string? Exporter, AllocatesFor Allocates, ImmutableArray<string> Memory, string Policy);

/// <summary>A change.</summary>
/// <param name="Kind">What kind of change.</param>
/// <param name="Device">The device that changes; null for none.</param>
/// <param name="Field">The limit, as the kernel spells it; null when none changes.</param>
/// <param name="From">The current value, in the field's unit or bytes; null when there is no number.</param>
/// <param name="To">The new value, by the smallest change that works; for a copy, its bytes.</param>
/// <param name="Text">The change in words.</param>
/// <param name="Area">The larger or new contiguous area; null for other changes.</param>
public sealed record ChangeReport(
    ChangeKind Kind, string? Device, string? Field, ulong? From, ulong? To, string Text, AreaReport? Area);

/// <summary>A contiguous area after a change.</summary>
/// <param name="Name">The region.</param>
/// <param name="Start">Address of its first byte.</param>
/// <param name="SizeBytes">Its size.</param>
public sealed record AreaReport(string Name, ulong Start, ulong SizeBytes);
