using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Scenarios.Advising;

/// <summary>What would have to be otherwise for something to work.</summary>
internal static class Fixes
{
    /// <summary>Most pairs that are tried.</summary>
    private const int PairsMax = 400;

    /// <summary>Changes that work, each verified by making it and playing again; those that ask for least come first.</summary>
    /// <param name="asked">For which nothing works.</param>
    /// <param name="conflicts">The sets that stand in its way.</param>
    /// <remarks>
    /// Changes by themselves; pairs of them only where no change but a smaller frame works alone. Of each pair the first is made as
    /// small as the second, at its largest, allows, then the second.
    /// </remarks>
    public static ImmutableArray<FixReport> Of(AdviceRequest asked, ImmutableArray<ImmutableArray<string>> conflicts)
    {
        var request = Dials.WithSpareIommus(asked);
        var board = Board.Create(request.Board, new KnownAllocations().Allocate).Value;
        var dials = Dials.Of(request).ToImmutableArray();
        var single = dials
            .Where(dial => conflicts.All(conflict => dial.Touches(conflict)) && Works(board, request, conflicts, dial.At(dial.Last)))
            .Select(dial => dial.Smallest(change => Works(board, request, conflicts, change)))
            .Select(change => ReportOf(board, request, change))
            .ToImmutableArray();
        return single.Any(fix => fix.Changes[0].Kind != ChangeKind.Frame)
            ? single
            : [.. Pairs(board, request, conflicts, dials), .. single];
    }

    private static IEnumerable<FixReport> Pairs(
        Board board, AdviceRequest request, ImmutableArray<ImmutableArray<string>> conflicts, ImmutableArray<Dial> dials)
    {
        var useful = dials.Where(dial => dial.Device is not null).ToList();
        return useful
            .SelectMany((one, index) => useful.Skip(index + 1).Select(other => (One: one, Other: other)))
            .Where(pair => conflicts.All(conflict => pair.One.Touches(conflict) || pair.Other.Touches(conflict)))
            .Where(pair => pair.One.Kind != ChangeKind.Copy || pair.Other.Kind != ChangeKind.Copy || request.Devices.Length > 2)
            .Take(PairsMax)
            .Where(pair => Works(board, request, conflicts, pair.One.At(pair.One.Last), pair.Other.At(pair.Other.Last)))
            .Select(pair =>
            {
                var one = pair.One.Smallest(change => Works(board, request, conflicts, change, pair.Other.At(pair.Other.Last)));
                var other = pair.Other.Smallest(change => Works(board, request, conflicts, one, change));
                return ReportOf(board, request, one, other);
            });
    }

    /// <summary>Whether the changes work: first for each conflict by itself, which is quickly played.</summary>
    private static bool Works(
        Board board, AdviceRequest request, ImmutableArray<ImmutableArray<string>> conflicts, params ReadOnlySpan<Change> changes)
    {
        var changed = Changed(request, changes);
        var play = new Play(BoardOf(board, request, changed), changed);
        return conflicts.All(conflict => conflict.All(changed.Copied.Contains) || Serving.IsPossible(play, Among(changed, conflict)))
            && Serving.IsPossible(play, changed);
    }

    /// <summary>The empty board of a changed request: its memory is the old one's, which may have very many free runs.</summary>
    private static Board BoardOf(Board board, AdviceRequest request, AdviceRequest changed) =>
        changed.Board.Devices.Except(request.Board.Devices).Aggregate(board, (with, device) => with.SetDevice(device).Next);

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

    private static FixReport ReportOf(Board board, AdviceRequest request, params ReadOnlySpan<Change> changes)
    {
        var changed = Changed(request, changes);
        var works = Serving.FirstOf(new(BoardOf(board, request, changed), changed), changed)!;
        var reports = ImmutableArray.CreateBuilder<ChangeReport>(changes.Length);
        foreach (var change in changes)
        {
            reports.Add(new(
                change.Kind, change.Device, change.Field is null ? null : Words.Spelt(change.Field), change.From, change.To, change.Text));
        }

        return new(reports.ToImmutable(), works.Exporter, works.Allocates, works.Memory.Names);
    }
}
