using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Scenarios.Advising;

namespace DmaGrains.Client.Output;

/// <summary>Writes advice for people.</summary>
internal static class AdviceText
{
    private static readonly string[] _headings =
        ["exporter", "memory", "comes to", "contiguous", "bounced", "copied", "caches", "segments", "orders"];

    /// <summary>A row for each way to export, best first; then who is refused and why; then what to choose, or what would help.</summary>
    public static void Write(Terminal terminal, AdviceReport report)
    {
        var lines = report.Lines is { } frame
            ? $", {Counted.Of(frame.Height, "line")} of {frame.BytesPerLine} every {frame.Stride}, at worst {Counted.Of(frame.WorstSegmentCount, "segment")} line by line"
            : string.Empty;
        terminal.Line($"{string.Join(", ", report.Devices)} on {report.Board}: {Counted.Of(report.SizeBytes, "byte")}{lines}");
        terminal.Line();
        terminal.Table(_headings, report.Candidates.Select(RowOf));
        terminal.Line();
        terminal.Line("contiguous, bounced (pieces), copied: bytes; caches: cleans/invalidates; segments: of all importers; orders: those that work, each importer mapping as it attaches");
        foreach (var alike in report.Candidates.GroupBy(DetailsOf).Where(alike => alike.Key.Length != 0))
        {
            terminal.Line();
            terminal.Line(string.Join("; ", alike.Select(NameOf)));
            WriteDetails(terminal, alike.First());
        }

        terminal.Line();
        if (report.Candidates[0].Verdict == Verdict.Works)
        {
            terminal.Line("choose ", NameOf(report.Candidates[0]), true, report.Reason[NameOf(report.Candidates[0]).Length..]);
        }
        else
        {
            WriteConflicts(terminal, report);
        }
    }

    private static void WriteConflicts(Terminal terminal, AdviceReport report)
    {
        terminal.Line(report.Reason);
        foreach (var conflict in report.Conflicts)
        {
            terminal.Line("  ", "conflict", false, $": {string.Join(", ", conflict)}{(conflict.Length == 1 ? ", by itself" : string.Empty)}");
        }

        foreach (var fix in report.Fixes)
        {
            terminal.Line(
                "  ", "fix", true,
                $": {string.Join(", and ", fix.Changes.Select(change => change.Text))}; then {AdviceWords.ExporterOf(fix.Exporter, fix.Allocates, fix.Memory)}, works");
        }
    }

    private static string NameOf(CandidateReport candidate) =>
        AdviceWords.ExporterOf(candidate.Exporter, candidate.Allocates, candidate.Memory);

    /// <summary>What is wrong with a candidate: where it is the same with several, it is told once.</summary>
    private static string DetailsOf(CandidateReport candidate) => string.Join(
        '\n',
        [
            WhyOf(candidate),
            .. candidate.Refused.Select(refused => $"{refused.Operation} {refused.Refusal.Reason}"),
            .. candidate.Hazards.Select(hazard => hazard.Reason),
            .. LateOf(candidate).Select(late => $"{late.Before} {late.Word} {late.After}"),
            .. candidate.Orders.AttachFirst.Select(set => string.Join(", ", set)),
        ]);

    private static void WriteDetails(Terminal terminal, CandidateReport candidate)
    {
        if (WhyOf(candidate) is { Length: > 0 } why)
        {
            terminal.Line($"  {why}");
        }

        foreach (var refused in candidate.Refused)
        {
            terminal.Line(
                $"  {$"{refused.Importer} {refused.Operation}".Trim()}: ", refused.Refusal.Errno, false, $"  {refused.Refusal.Reason}");
        }

        foreach (var hazard in candidate.Hazards)
        {
            terminal.Line("  ", $"hazard, {hazard.Kind}", false, $": {hazard.Reason}");
        }

        foreach (var (before, word, after) in LateOf(candidate))
        {
            terminal.Line(before, word, false, after);
        }

        if (!candidate.Orders.AttachFirst.IsEmpty)
        {
            terminal.Line($"  {AdviceWords.OrdersOf(candidate)}");
        }
    }

    /// <summary>Who comes too late in which orders, where that is not told already; in three parts of a line.</summary>
    private static IEnumerable<(string Before, string Word, string After)> LateOf(CandidateReport candidate)
    {
        if (candidate.Verdict != Verdict.Works)
        {
            return [];
        }

        var refused = candidate.Orders.ByFirst
            .SelectMany(first => first.Refused.Select(refused => (
                first.First, Before: $"  {refused.Importer} {refused.Operation}: ", Word: refused.Refusal.Errno, refused.Refusal.Reason)));
        var wrong = candidate.Orders.ByFirst
            .SelectMany(first => first.Hazards.Select(hazard => (first.First, Before: "  ", Word: $"hazard, {hazard.Kind}", hazard.Reason)));
        return refused.Concat(wrong)
            .GroupBy(late => (late.Before, late.Word, late.Reason), late => late.First)
            .Select(late => (late.Key.Before, late.Key.Word, $", when {string.Join(" or ", late)} maps first: {late.Key.Reason}"));
    }

    /// <summary>What the pages are beside what is asked of them; nothing when somebody is refused.</summary>
    private static string WhyOf(CandidateReport candidate)
    {
        if (candidate.Verdict == Verdict.Refused || candidate.Storage is not { } storage)
        {
            return string.Empty;
        }

        var runs = storage.RunCount == 1
            ? $"1 run of {storage.LongestRunBytes} bytes"
            : $"{storage.RunCount} runs of pages, the longest of {storage.LongestRunBytes} bytes";
        var reach = storage.ReachesTo is null or ulong.MaxValue
            ? "any address"
            : $"addresses up to 0x{storage.ReachesTo:x} ({storage.Narrowest})";
        return $"{runs}, up to 0x{storage.HighestAddress:x}; the importers take {UnionText.Of(storage.Union)}, {reach}";
    }

    private static string[] RowOf(CandidateReport candidate) =>
    [
        NameOf(candidate),
        candidate.Regions.IsEmpty ? "-" : string.Join(", ", candidate.Regions),
        candidate.Verdict switch
        {
            Verdict.Works => "works",
            Verdict.WorksWrongly => "works wrongly",
            Verdict.Refused => string.Join(", ", candidate.Refused.Select(refused => $"{refused.Importer} {refused.Refusal.Errno}".Trim())),
            _ => throw new ArgumentOutOfRangeException(nameof(candidate)),
        },
        Number(candidate.ContiguousBytes),
        candidate.Costs.Bounces == 0 ? "0" : $"{Number(candidate.Costs.BytesBounced)} ({Number(candidate.Costs.Bounces)})",
        Number(candidate.Costs.BytesCopied),
        $"{Number(candidate.Costs.CacheCleans)}/{Number(candidate.Costs.CacheInvalidates)}",
        Number(candidate.Segments.Aggregate(0UL, (sum, segments) => sum + (ulong)segments.MappedEntryCount)),
        candidate.Orders.WorkingCount == candidate.Orders.OrderCount
            ? "all"
            : $"{Number((ulong)candidate.Orders.WorkingCount)} of {Number((ulong)candidate.Orders.OrderCount)}",
    ];

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
