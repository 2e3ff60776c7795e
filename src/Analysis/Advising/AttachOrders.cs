using System.Collections.Immutable;
using DmaGrains.Reports;

namespace DmaGrains.Analysis.Advising;

/// <summary>Plays a candidate with importers in other orders, each mapping right after it attaches.</summary>
/// <remarks>
/// DRM and V4L2 importers do so (thread #59). Storage is chosen once, at the first map if the exporter allocates for all; after that,
/// whether the list suits an importer does not depend on the others. So every order is played for up to <see cref="AllOrdersMax"/>
/// importers, and one order for each first importer above that.
/// </remarks>
internal static class AttachOrders
{
    /// <summary>The most importers for which all orders are played.</summary>
    public const int AllOrdersMax = 4;

    private const int FirstSetMax = 3;

    /// <summary>The orders of a candidate.</summary>
    /// <param name="play">Plays candidates for the buffer.</param>
    /// <param name="devices">The importers.</param>
    /// <param name="candidate">The candidate.</param>
    /// <param name="patient">The result when all attach before the first map.</param>
    public static OrdersReport Of(CandidatePlay play, ImmutableArray<string> devices, Candidate candidate, Played patient)
    {
        // An exporter that allocates for itself and shares the buffer always comes first.
        var first = candidate.Allocates == AllocatesFor.ForItself ? devices.RemoveAll(device => device != candidate.Exporter) : [];
        var others = devices.RemoveRange(first);
        var all = others.Length <= AllOrdersMax;
        var orders = all ? Permutations(others) : OrdersByFirst(candidate, others);
        var outcomes = orders
            .Select(order => first.AddRange(order))
            .Select(order => (First: order[0], Played: play.InOrder(candidate, order, 1)))
            .ToList();
        var byFirst = outcomes
            .GroupBy(outcome => outcome.First)
            .Select(group => new FirstImporterReport(
                group.Key,
                group.Count(),
                group.Count(outcome => outcome.Played.Verdict == Verdict.Works),
                [.. group.SelectMany(outcome => outcome.Played.Refused).DistinctBy(refused => refused.Device).Select(RefusedImporterReport.Of)],
                [
                    .. group.Where(outcome => outcome.Played.Verdict != Verdict.Works)
                        .SelectMany(outcome => outcome.Played.Hazards)
                        .DistinctBy(hazard => (hazard.Kind, hazard.Importer))
                        .Select(HazardReport.Of),
                ]))
            .ToImmutableArray();
        var working = byFirst.Sum(group => group.WorkingCount);
        return new(
            all,
            outcomes.Count,
            working,
            byFirst,
            working == outcomes.Count || patient.Verdict != Verdict.Works
                ? []
                : SetsToAttachFirst(play, devices, candidate));
    }

    /// <summary>The smallest sets of importers that make everything work when they attach before the first map.</summary>
    private static ImmutableArray<ImmutableArray<string>> SetsToAttachFirst(
        CandidatePlay play, ImmutableArray<string> devices, Candidate candidate)
    {
        for (var size = 1; size <= Math.Min(FirstSetMax, devices.Length - 1); size++)
        {
            var enough = Subsets.OfSize(devices, size)
                .Where(set => play.InOrder(candidate, set.AddRange(devices.RemoveRange(set)), size).Verdict == Verdict.Works)
                .ToImmutableArray();
            if (!enough.IsEmpty)
            {
                return enough;
            }
        }

        return [devices];
    }

    private static IEnumerable<ImmutableArray<string>> OrdersByFirst(Candidate candidate, ImmutableArray<string> devices) =>
        candidate.Allocates == AllocatesFor.ForAll ? devices.Select(device => devices.Remove(device).Insert(0, device)) : [devices];

    private static IEnumerable<ImmutableArray<string>> Permutations(ImmutableArray<string> devices) => devices.IsEmpty
        ? [[]]
        : devices.SelectMany(device => Permutations(devices.Remove(device)).Select(rest => rest.Insert(0, device)));
}
