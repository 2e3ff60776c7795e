using System.Globalization;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;

namespace DmaGrains.Scenarios.Advising;

/// <summary>Whether anything works for a request.</summary>
internal static class Serving
{
    /// <summary>Whether some candidate works for those that share the buffer, and copies for the others beside it.</summary>
    /// <param name="board">The empty board, with what the request's says.</param>
    /// <param name="request">What buffer.</param>
    public static bool IsPossible(Board board, AdviceRequest request) =>
        // Who allocates for all serves more than others do, so that is tried first.
        Candidate.Of(request)
            .DistinctBy(candidate => (candidate.Allocates, candidate.Memory, Asks(board, candidate)))
            .OrderByDescending(candidate => candidate.Allocates)
            .Any(candidate => Works(board, request, candidate));

    /// <summary>The first candidate that works; null when none does.</summary>
    /// <param name="board">The empty board, with what the request's says.</param>
    /// <param name="request">What buffer.</param>
    public static Candidate? FirstOf(Board board, AdviceRequest request) =>
        Candidate.Of(request).FirstOrDefault(candidate => Works(board, request, candidate));

    /// <summary>Two devices that differ in nothing but their names get the same memory for themselves.</summary>
    private static Device? Asks(Board board, Candidate candidate) => candidate.Exporter is { } exporter
        ? board.Device(exporter)! with { Name = candidate.Memory.IsEmpty ? string.Empty : exporter }
        : null;

    private static bool Works(Board board, AdviceRequest request, Candidate candidate)
    {
        var served = Play.Serves(board, request, candidate, request.Sharing);
        foreach (var (index, device) in request.Copied.Index().TakeWhile(_ => served is not null))
        {
            var alone = request with { Devices = [device], Copied = [], Exporter = null };
            var name = string.Create(CultureInfo.InvariantCulture, $"copy-{index}");
            served = Candidate.Of(alone)
                .Select(own => Play.Serves(served!, alone, own, alone.Devices, name))
                .FirstOrDefault(board => board is not null);
        }

        return served is not null;
    }
}
