using System.Collections.Immutable;
using DmaGrains.Analysis.Comparing;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Analysis.Advising;

/// <summary>Finds who should export, and from which memory (thread #56, #58).</summary>
public static class Advisor
{
    /// <summary>Plays every way to export on the empty board and ranks them; where none works, looks for conflicts and fixes.</summary>
    /// <param name="request">The request, with devices of its board.</param>
    public static AdviceReport Advise(AdviceRequest request)
    {
        var withSpares = Adjustments.WithSpareIommus(request);
        var play = new CandidatePlay(Board.Create(withSpares.Board, new KnownAllocations().Allocate).Value, request);
        var ranked = Candidate.Of(request)
            .Select(candidate => ReportOf(play, request, candidate))
            .Select(candidate => (Candidate: candidate, Ranking: RankingOf(candidate, request)))
            .OrderBy(ranked => ranked.Ranking, RankingOrder.BestFirst)
            .ThenBy(ranked => !IsHeapOfRam(ranked.Candidate, request))
            .ToList();
        var candidates = ranked.Select(ranked => ranked.Candidate).ToImmutableArray();
        var asGood = ranked.Skip(1).TakeWhile(other => other.Ranking.SequenceEqual(ranked[0].Ranking)).Count();
        var nothingWorks = candidates[0].Verdict != Verdict.Works;
        var conflicts = nothingWorks ? Conflicts.Of(play, request) : [];
        var fixes = nothingWorks ? Fixes.Of(play.Board, withSpares, conflicts) : [];
        return new(
            request.Board.Name,
            request.Devices,
            request.SizeBytes,
            LinesReport.Of(request.Lines, request.Board.PageOrder),
            request.Exporter,
            candidates,
            asGood,
            conflicts,
            fixes,
            AdviceWords.ReasonOf(candidates, asGood, conflicts, fixes));
    }

    /// <summary>The board's memory for a candidate, with everything mapped that can be.</summary>
    /// <param name="request">The request.</param>
    /// <param name="candidate">The candidate, from the advice on that request.</param>
    public static PhysicalMemory MemoryUnder(AdviceRequest request, CandidateReport candidate)
    {
        var play = new CandidatePlay(Board.Create(request.Board, new KnownAllocations().Allocate).Value, request);
        return play.Of(new(candidate.Exporter, candidate.Allocates, new(candidate.Memory)), request.Sharing).Board.Memory;
    }

    private static CandidateReport ReportOf(CandidatePlay play, AdviceRequest request, Candidate candidate)
    {
        var played = play.Of(candidate, request.Sharing);
        var mappings = played.Buffer?.Mappings ?? default;
        var held = played.Board.Memory.Describe().Where(region => region.HeldBytes != 0 && region.Kind.HoldsBuffers()).ToList();
        return new(
            candidate.Exporter,
            candidate.Allocates,
            candidate.Memory.Names,
            candidate.PolicyTextThat(request.CutsForEach),
            played.Verdict,
            [.. played.Refused.Select(RefusedImporterReport.Of)],
            [.. played.Hazards.Select(HazardReport.Of)],
            [.. held.Select(region => region.Name)],
            PagesReport.Of(played.Buffer),
            held.Where(region => region.Kind == MemoryKind.Contiguous).Aggregate(0UL, (sum, region) => sum + region.HeldBytes),
            CostsOf(played),
            [.. mappings.Select(mapping => new SegmentsOf(mapping.Attachment, CandidatePlay.Frame, mapping.ToSegments().Length))],
            AttachOrders.Of(play, request.Sharing, candidate, played));
    }

    /// <summary>
    /// Whether the candidate is a heap and ordinary RAM suffices. Boards do not tell which drivers export, but any program can use a heap,
    /// so among equals a heap is preferred. A driver that needs a contiguous area allocates there anyway.
    /// </summary>
    private static bool IsHeapOfRam(CandidateReport candidate, AdviceRequest request) =>
        candidate is { Verdict: Verdict.Works, Allocates: AllocatesFor.ForNobody }
        && request.Board.Memory.Where(region => candidate.Regions.Contains(region.Name)).All(region => region.Kind == MemoryKind.System);

    /// <summary>The costs after all have unmapped, which includes cache maintenance at both ends.</summary>
    private static BufferCosts CostsOf(Played played) => played.Buffer is { } buffer
        ? buffer.Mappings
            .Aggregate(played.Board, (board, mapping) => board.Execute(CandidatePlay.Frame, new DmaCommand.Unmap(mapping.Name)).Next)
            .Buffer(CandidatePlay.Frame)!.Costs
        : default;

    /// <summary>
    /// The criteria, most important first; less is better: refused importers, silent faults, other hazards, bytes copied or bounced, the
    /// scarcest kind of memory and bytes of contiguous areas, cache maintenance, segments to walk, failing orders.
    /// </summary>
    /// <remarks>The only place that ranks rows.</remarks>
    private static ImmutableArray<ulong> RankingOf(CandidateReport candidate, AdviceRequest request) =>
    [
        (ulong)candidate.Verdict,
        (ulong)(request.Devices.Length - candidate.Segments.Length),
        (ulong)candidate.Hazards.Length,
        candidate.Costs.BytesCopied + candidate.Costs.BytesBounced,
        candidate.Regions.IsEmpty ? 0 : request.Board.Memory.Where(region => candidate.Regions.Contains(region.Name)).Max(region => (ulong)region.Kind),
        candidate.ContiguousBytes,
        candidate.Costs.CacheCleans + candidate.Costs.CacheInvalidates,
        candidate.Segments.Aggregate(0UL, (sum, segments) => sum + (ulong)segments.MappedEntryCount),
        (ulong)(candidate.Orders.OrderCount - candidate.Orders.WorkingCount),
    ];
}
