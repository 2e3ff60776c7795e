using System.Globalization;
using DmaGrains.Model.Boards;

namespace DmaGrains.Scenarios.Advising;

/// <summary>Whether anything works for a request.</summary>
internal static class Serving
{
    /// <summary>The first candidate that works for those that share the buffer, when copies for the others work beside it; else null.</summary>
    public static Candidate? Of(AdviceRequest request) => Of(Board.Create(request.Board).Value, request);

    /// <summary>The same on a board that is there already.</summary>
    public static Candidate? Of(Board board, AdviceRequest request)
    {
        foreach (var candidate in Candidate.Of(request))
        {
            var played = Play.Of(board, request, candidate, request.Sharing);
            if (played.Verdict == Verdict.Works && CopiesWork(played.Board, request))
            {
                return candidate;
            }
        }

        return null;
    }

    private static bool CopiesWork(Board board, AdviceRequest request)
    {
        foreach (var (index, device) in request.Copied.Index())
        {
            var alone = request with { Devices = [device], Copied = [], Exporter = null };
            var played = Candidate.Of(alone)
                .Select(candidate => Play.InOrder(board, alone, candidate, alone.Devices, 1, string.Create(CultureInfo.InvariantCulture, $"copy-{index}")))
                .FirstOrDefault(played => played.Verdict == Verdict.Works);
            if (played is null)
            {
                return false;
            }

            board = played.Board;
        }

        return true;
    }
}
