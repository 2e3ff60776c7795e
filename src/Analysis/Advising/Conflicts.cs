using System.Collections.Immutable;

namespace DmaGrains.Analysis.Advising;

/// <summary>Finds conflicting importers.</summary>
internal static class Conflicts
{
    /// <summary>Every minimal conflicting set: nothing works for it, but something works for each set with one importer less.</summary>
    /// <param name="play">Plays candidates for the buffer.</param>
    /// <param name="request">The request, for which nothing works.</param>
    /// <remarks>
    /// Sets are examined by size. Supersets of a conflicting set are skipped, and subsets of a working set are assumed to work, because
    /// fewer importers demand less.
    /// </remarks>
    public static ImmutableArray<ImmutableArray<string>> Of(CandidatePlay play, AdviceRequest request)
    {
        var conflicts = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        var working = new List<ImmutableArray<string>>();
        for (var size = 1; size <= request.Devices.Length; size++)
        {
            foreach (var set in Subsets.OfSize(request.Devices, size))
            {
                if (working.Any(known => Contains(known, set)) || conflicts.Any(known => Contains(set, known)))
                {
                    continue;
                }

                if (Works(set))
                {
                    working.Add(Grown(set));
                }
                else
                {
                    conflicts.Add(Shrunk(set));
                }
            }
        }

        return [.. conflicts.DistinctBy(set => string.Join(',', set))];

        bool Works(ImmutableArray<string> devices) => Serving.IsPossible(play, request with { Devices = devices });

        ImmutableArray<string> Grown(ImmutableArray<string> set) => request.Devices.Aggregate(set, (grown, device) =>
            grown.Contains(device) || !Works(grown.Add(device)) ? grown : grown.Add(device));

        ImmutableArray<string> Shrunk(ImmutableArray<string> set) => set.Length == 1
            ? set
            : set.Select(device => set.Remove(device)).FirstOrDefault(smaller => !Works(smaller)) is { IsDefault: false } failing
            ? Shrunk(failing)
            : set;
    }

    /// <summary>One minimal conflicting set.</summary>
    /// <param name="play">Plays candidates for the buffer.</param>
    /// <param name="request">The request, for which nothing works.</param>
    public static ImmutableArray<string> OneOf(CandidatePlay play, AdviceRequest request) => request.Devices.Aggregate(
        request.Devices,
        (set, device) => set.Length == 1 || Serving.IsPossible(play, request with { Devices = set.Remove(device) }) ? set : set.Remove(device));

    private static bool Contains(ImmutableArray<string> outer, ImmutableArray<string> inner) => inner.All(outer.Contains);
}
