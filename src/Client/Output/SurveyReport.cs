using System.Collections.Immutable;
using DmaGrains.Analysis.Surveying;

namespace DmaGrains.Client.Output;

/// <summary>Who should export on each of many boards.</summary>
/// <param name="Boards">The boards, in the order of their files.</param>
/// <param name="Unreadable">Files of which no board could be made, with why.</param>
internal sealed record SurveyReport(ImmutableArray<SurveyedBoard> Boards, ImmutableArray<UnreadableTree> Unreadable);

/// <summary>A board of a survey.</summary>
/// <param name="File">Its device tree.</param>
/// <param name="Board">Its name.</param>
/// <param name="AssumedMemory">Whether its memory is that of <c>--memory</c>, because its tree leaves it to the boot loader.</param>
/// <param name="GpuAndDisplay">Its GPU and its display; null when it does not have both.</param>
/// <param name="CameraAndDisplay">Its camera and its display.</param>
/// <param name="CodecAndDisplay">Its codec and its display.</param>
internal sealed record SurveyedBoard(
    string File, string Board, bool AssumedMemory, SurveyedPair? GpuAndDisplay, SurveyedPair? CameraAndDisplay, SurveyedPair? CodecAndDisplay)
{
    /// <summary>The pairs in the order of <see cref="BoardSurvey.Pairs"/>.</summary>
    internal IEnumerable<SurveyedPair?> Pairs => [GpuAndDisplay, CameraAndDisplay, CodecAndDisplay];
}

/// <summary>A file of which no board could be made.</summary>
/// <param name="File">The file.</param>
/// <param name="Reason">Why.</param>
internal sealed record UnreadableTree(string File, string Reason);
