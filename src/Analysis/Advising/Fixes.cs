using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Reports;

namespace DmaGrains.Analysis.Advising;

/// <summary>Finds changes that make something work.</summary>
internal static class Fixes
{
    /// <summary>The most pairs of changes that are tried.</summary>
    private const int PairsMax = 400;

    /// <summary>Changes that work, each verified by playing, ordered by effort.</summary>
    /// <param name="board">The board, with spare IOMMUs.</param>
    /// <param name="request">The request, for which nothing works on that board.</param>
    /// <param name="conflicts">The conflicting sets.</param>
    /// <remarks>
    /// Single changes; pairs only if no single change except a smaller frame works. In a pair, first one change is minimized with the other
    /// at its largest, then the other.
    /// </remarks>
    public static ImmutableArray<FixReport> Of(Board board, AdviceRequest request, ImmutableArray<ImmutableArray<string>> conflicts)
    {
        var boards = new ChangedBoards(board, request.Board);
        var adjustments = Adjustments.Of(request).ToImmutableArray();
        var single = adjustments
            .Where(adjustment => conflicts.All(conflict => adjustment.Touches(conflict)) && Works(boards, request, conflicts, adjustment.At(adjustment.Last)))
            .Select(adjustment => adjustment.Smallest(change => Works(boards, request, conflicts, change)))
            .Select(change => ReportOf(boards, request, change))
            // The first of several sufficient areas is enough.
            .DistinctBy(fix => fix.Changes[0].Kind == ChangeKind.Area ? string.Empty : fix.Changes[0].Text)
            .ToImmutableArray();
        return single.Any(fix => fix.Changes[0].Kind != ChangeKind.Frame)
            ? single
            : [.. Pairs(boards, request, conflicts, adjustments), .. single];
    }

    private static IEnumerable<FixReport> Pairs(
        ChangedBoards boards, AdviceRequest request, ImmutableArray<ImmutableArray<string>> conflicts, ImmutableArray<Adjustment> adjustments)
    {
        var useful = adjustments
            .Where(adjustment => adjustment.Device is not null || adjustment.Kind is ChangeKind.Area or ChangeKind.Lists)
            .Select(adjustment => (Adjustment: adjustment, Left: adjustment.Device is null ? LeftBy(boards, request, adjustment) : []))
            .ToList();
        return useful
            .SelectMany((one, index) => useful.Skip(index + 1)
                .Where(other => (one.Left.IsEmpty || other.Adjustment.Touches(one.Left)) && (other.Left.IsEmpty || one.Adjustment.Touches(other.Left)))
                .Select(other => (One: one.Adjustment, Other: other.Adjustment)))
            .Where(pair => conflicts.All(conflict => pair.One.Touches(conflict) || pair.Other.Touches(conflict)))
            .Where(pair => pair.One.Kind != ChangeKind.Area || pair.Other.Kind != ChangeKind.Area)
            .Where(pair => pair.One.Kind != ChangeKind.Copy || pair.Other.Kind != ChangeKind.Copy || request.Devices.Length > 2)
            .Take(PairsMax)
            .Where(pair => Works(boards, request, conflicts, pair.One.At(pair.One.Last), pair.Other.At(pair.Other.Last)))
            .Select(pair =>
            {
                var one = pair.One.Smallest(change => Works(boards, request, conflicts, change, pair.Other.At(pair.Other.Last)));
                var other = pair.Other.Smallest(change => Works(boards, request, conflicts, one, change));
                return ReportOf(boards, request, one, other);
            });
    }

    /// <summary>A set that still conflicts after a change; a second change must help that set.</summary>
    private static ImmutableArray<string> LeftBy(ChangedBoards boards, AdviceRequest request, Adjustment adjustment)
    {
        var changed = Changed(request, [adjustment.At(adjustment.Last)]);
        return Conflicts.OneOf(new(boards.Of(changed.Board), changed), changed);
    }

    /// <summary>Whether the changes work; tries each conflict by itself first, which is fast.</summary>
    private static bool Works(
        ChangedBoards boards, AdviceRequest request, ImmutableArray<ImmutableArray<string>> conflicts, params ReadOnlySpan<Change> changes)
    {
        var changed = Changed(request, changes);
        var play = new CandidatePlay(boards.Of(changed.Board), changed);
        return conflicts.All(conflict => conflict.All(changed.Copied.Contains) || Serving.IsPossible(play, Among(changed, conflict)))
            && Serving.IsPossible(play, changed);
    }

    private static AdviceRequest Among(AdviceRequest request, ImmutableArray<string> devices) => request with
    {
        Devices = devices,
        Copied = request.Copied.RemoveAll(device => !devices.Contains(device)),
    };

    private static AdviceRequest Changed(AdviceRequest request, ReadOnlySpan<Change> changes)
    {
        foreach (var change in changes)
        {
            request = change.Apply(request);
        }

        return request;
    }

    private static FixReport ReportOf(ChangedBoards boards, AdviceRequest request, params ReadOnlySpan<Change> changes)
    {
        var changed = Changed(request, changes);
        var works = Serving.FirstOf(new(boards.Of(changed.Board), changed), changed)!;
        var reports = ImmutableArray.CreateBuilder<ChangeReport>(changes.Length);
        foreach (var change in changes)
        {
            reports.Add(new(
                change.Kind, change.Device, change.Field is null ? null : Vocabulary.Spelt(change.Field), change.From, change.To, change.Text, change.Area));
        }

        return new(
            reports.ToImmutable(), works.Exporter, works.Allocates, works.Memory.Names,
            works.PolicyTextThat(changed.CutsForEach));
    }
}
