using DmaGrains.Analysis.Advising;
using DmaGrains.Model.Boards;

namespace DmaGrains.Analysis.Surveying;

/// <summary>Two devices of a board that share a frame: who should export.</summary>
/// <param name="First">The device that draws, decodes or captures.</param>
/// <param name="Second">The device that shows.</param>
/// <param name="Answer">Who should export.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record SurveyedPair(string First, string Second, SurveyAnswer Answer, string Reason)
{
    /// <summary>Asks for advice on a pair.</summary>
    /// <param name="board">The board.</param>
    /// <param name="first">A device of it.</param>
    /// <param name="second">Another.</param>
    /// <param name="sizeBytes">The frame's size.</param>
    public static SurveyedPair Of(BoardDefinition board, string first, string second, ulong sizeBytes)
    {
        var advice = Advisor.Advise(new(board, [first, second], sizeBytes));
        bool Works(AllocatesFor allocates, string? exporter) => advice.Candidates.Any(
            candidate => candidate.Allocates == allocates && candidate.Exporter == exporter && candidate.Verdict == Verdict.Works);
        var answer = (Works(AllocatesFor.ForItself, first), Works(AllocatesFor.ForItself, second)) switch
        {
            (true, true) => SurveyAnswer.Either,
            (true, false) => SurveyAnswer.First,
            (false, true) => SurveyAnswer.Second,
            _ when Works(AllocatesFor.ForNobody, null) => SurveyAnswer.Heap,
            _ when advice.Candidates.Any(candidate => candidate is { Allocates: AllocatesFor.ForNobody or AllocatesFor.ForAll, Verdict: Verdict.Works }) => SurveyAnswer.Deferred,
            _ => SurveyAnswer.Nobody,
        };
        return new(first, second, answer, advice.Reason);
    }
}

/// <summary>Who should export a frame that two devices share.</summary>
public enum SurveyAnswer
{
    /// <summary>Either of them.</summary>
    Either,

    /// <summary>The first.</summary>
    First,

    /// <summary>The second.</summary>
    Second,

    /// <summary>Neither, but a heap of system memory.</summary>
    Heap,

    /// <summary>Neither as drivers do today, but an exporter that allocates for both, or a heap of memory that is named.</summary>
    Deferred,

    /// <summary>Nobody.</summary>
    Nobody,
}
