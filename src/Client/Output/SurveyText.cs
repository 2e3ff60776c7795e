using System.Globalization;
using DmaGrains.Analysis.Surveying;
using DmaGrains.Model;

namespace DmaGrains.Client.Output;

/// <summary>Writes a survey for people.</summary>
internal static class SurveyText
{
    /// <summary>A row for each board, then how often each answer is.</summary>
    public static void Write(Terminal terminal, SurveyReport report)
    {
        string[] pairs = [.. BoardSurvey.Pairs.Select(pair => $"{pair.First}, {pair.Second}")];
        terminal.Table(["board", .. pairs], report.Boards.Where(board => board.Pairs.Any(pair => pair is not null)).Select(board => (string[])
        [
            $"{board.Board}{(board.AssumedMemory ? "*" : string.Empty)}",
            .. board.Pairs.Zip(BoardSurvey.Pairs, (pair, classes) => pair is null ? "-"
                : pair.WithoutAssumedSegmentSize is { } otherwise ? $"{WordOf(pair.Answer, classes)} ({WordOf(otherwise, classes)})"
                : WordOf(pair.Answer, classes)),
        ]));
        terminal.Line();
        terminal.Table(["who should export", .. pairs], Enum.GetValues<SurveyAnswer>().Select(answer => (string[])
        [
            answer switch { SurveyAnswer.First => "the first", SurveyAnswer.Second => "the second", _ => WordOf(answer, default) },
            .. Enumerable.Range(0, pairs.Length).Select(place => report.Boards.Count(board => board.Pairs.ElementAt(place)?.Answer == answer).ToString(CultureInfo.InvariantCulture)),
        ]));
        terminal.Line();
        var assumed = report.Boards.SelectMany(board => board.Pairs).Count(pair => pair?.WithoutAssumedSegmentSize is not null);
        if (assumed != 0)
        {
            terminal.Line(
                $"({assumed} answers in brackets: what the answer would be if segments could be of any length where a driver states no size. The kernel then assumes 64 KiB, but holds that against a list only when it is built to debug.)");
        }

        var none = report.Boards.Count(board => board.Pairs.All(pair => pair is null));
        terminal.Line($"{Counted.Of((ulong)report.Boards.Length, "board")}, {none} of them without any of these pairs; {report.Boards.Count(board => board.AssumedMemory)} with assumed memory (*).");
        foreach (var tree in report.Unreadable)
        {
            terminal.Line($"no board: {tree.File}: {tree.Reason}");
        }
    }

    private static string WordOf(SurveyAnswer answer, (string First, string Second) classes) => answer switch
    {
        SurveyAnswer.First => classes.First,
        SurveyAnswer.Second => classes.Second,
        SurveyAnswer.Heap => "a heap",
        SurveyAnswer.Deferred => "whoever allocates for both",
        SurveyAnswer.Nobody => "nobody",
        _ => "either",
    };
}
