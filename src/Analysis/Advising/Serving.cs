using System.Globalization;
using DmaGrains.Model.Devices;

namespace DmaGrains.Analysis.Advising;

/// <summary>Whether anything works for a request.</summary>
internal static class Serving
{
    /// <summary>Whether some candidate works for the importers that share the buffer, together with the copies for the others.</summary>
    /// <param name="play">Plays candidates for the buffer.</param>
    /// <param name="request">The importers that share it, and those that get a copy.</param>
    public static bool IsPossible(CandidatePlay play, AdviceRequest request) =>
        // Allocating for all serves most requests, so try that first.
        Candidate.Of(request)
            .DistinctBy(candidate => (candidate.Allocates, candidate.Memory, Asks(play, candidate)))
            .OrderByDescending(candidate => candidate.Allocates)
            .Any(candidate => Works(play, request, candidate));

    /// <summary>The first candidate that works; null when none does.</summary>
    /// <param name="play">Plays candidates for the buffer.</param>
    /// <param name="request">The importers that share it, and those that get a copy.</param>
    public static Candidate? FirstOf(CandidatePlay play, AdviceRequest request) =>
        Candidate.Of(request).FirstOrDefault(candidate => Works(play, request, candidate));

    /// <summary>The exporting device without its name: devices that differ only in name get the same memory.</summary>
    private static Device? Asks(CandidatePlay play, Candidate candidate) => candidate.Exporter is { } exporter
        ? play.Board.Device(exporter)! with { Name = candidate.Memory.IsEmpty ? string.Empty : exporter }
        : null;

    private static bool Works(CandidatePlay play, AdviceRequest request, Candidate candidate)
    {
        var served = play.Serves(candidate, request.Sharing);
        foreach (var (index, device) in request.Copied.Index().TakeWhile(_ => served is not null))
        {
            var alone = request with { Devices = [device], Copied = [], Exporter = null };
            var copy = new CandidatePlay(served!, alone, string.Create(CultureInfo.InvariantCulture, $"copy-{index}"));
            served = Candidate.Of(alone).Select(own => copy.Serves(own, alone.Devices)).FirstOrDefault(board => board is not null);
        }

        return served is not null;
    }
}
