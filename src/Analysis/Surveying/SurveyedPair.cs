using System.Text.Json.Serialization;
using DmaGrains.Analysis.Advising;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;

namespace DmaGrains.Analysis.Surveying;

/// <summary>Two devices of a board that share a frame: who should export.</summary>
/// <param name="First">The device that draws, decodes or captures.</param>
/// <param name="Second">The device that shows.</param>
/// <param name="Answer">Who should export.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record SurveyedPair(string First, string Second, SurveyAnswer Answer, string Reason)
{
    /// <summary>
    /// The answer if segments could be of any length for a device whose driver states no segment size, where it is another one: the kernel
    /// assumes 64 KiB for such a device, and holds it against lists only when it is built to debug.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SurveyAnswer? WithoutAssumedSegmentSize { get; init; }

    /// <summary>Asks for advice on a pair.</summary>
    /// <param name="board">The board.</param>
    /// <param name="first">A device of it.</param>
    /// <param name="second">Another.</param>
    /// <param name="sizeBytes">The frame's size.</param>
    public static SurveyedPair Of(BoardDefinition board, string first, string second, ulong sizeBytes)
    {
        var advice = Advisor.Advise(new(board, [first, second], sizeBytes));
        var pair = new SurveyedPair(first, second, AnswerOf(advice, first, second), advice.Reason);
        if (pair.Answer == SurveyAnswer.Either || !board.Devices.Any(StatesNone))
        {
            return pair;
        }

        var stated = board with { Devices = [.. board.Devices.Select(device => StatesNone(device) ? WithAnySegmentSize(device) : device)] };
        var otherwise = AnswerOf(Advisor.Advise(new(stated, [first, second], sizeBytes)), first, second);
        return otherwise == pair.Answer ? pair : pair with { WithoutAssumedSegmentSize = otherwise };

        bool StatesNone(Device device) => (device.Name == first || device.Name == second) && device.Parameters is null or { MaxSegmentSize: 0 };
    }

    private static Device WithAnySegmentSize(Device device) =>
        device with { Parameters = device.Parameters.GetValueOrDefault() with { MaxSegmentSize = uint.MaxValue } };

    private static SurveyAnswer AnswerOf(AdviceReport advice, string first, string second)
    {
        bool Works(AllocatesFor allocates, string? exporter) => advice.Candidates.Any(
            candidate => candidate.Allocates == allocates && candidate.Exporter == exporter && candidate.Verdict == Verdict.Works);
        return (Works(AllocatesFor.ForItself, first), Works(AllocatesFor.ForItself, second)) switch
        {
            (true, true) => SurveyAnswer.Either,
            (true, false) => SurveyAnswer.First,
            (false, true) => SurveyAnswer.Second,
            _ when Works(AllocatesFor.ForNobody, null) => SurveyAnswer.Heap,
            _ when advice.Candidates.Any(candidate => candidate is { Allocates: AllocatesFor.ForNobody or AllocatesFor.ForAll, Verdict: Verdict.Works }) => SurveyAnswer.Deferred,
            _ => SurveyAnswer.Nobody,
        };
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
