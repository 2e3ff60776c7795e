using System.Globalization;
using DmaGrains.Analysis.Advising;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Output;

/// <summary>Writes advice for people.</summary>
internal static class AdviceText
{
    private const string FileKeys = "as a scenario file says it";

    private static readonly string[] _headings =
        ["exporter", "memory", "result", "contiguous", "bounced", "copied", "caches", "segments", "orders"];

    /// <summary>Columns that say little when all rows have the same value.</summary>
    private static readonly Range _numbers = 3..8;

    /// <summary>A row for each way to export, best first; then which devices are refused and why; then what to choose, or what would help.</summary>
    public static void Write(Terminal terminal, AdviceReport report)
    {
        var lines = report.Lines is { } frame
            ? $", {Counted.Of(frame.Height, "line")} of {frame.BytesPerLine} every {frame.Stride}, at worst {Counted.Of(frame.WorstSegmentCount, "segment")} line by line"
            : string.Empty;
        terminal.Line($"{string.Join(", ", report.Devices)} on {report.Board}: {Counted.Of(report.SizeBytes, "byte")}{lines}");
        terminal.Line();
        var ways = AdviceRow.Of(report.Candidates);
        WriteTable(terminal, [.. ways.Select(RowOf)]);
        terminal.Line();
        terminal.Line("contiguous, bounced (pieces), copied: bytes; caches: cleans/invalidates;");
        terminal.Line("segments: of all importers; orders: those that work, each importer mapping");
        terminal.Line("as it attaches");
        foreach (var alike in ways.GroupBy(way => DetailsOf(way.First)).Where(alike => alike.Key.Length != 0))
        {
            terminal.Line();
            terminal.Line(string.Join("; ", alike.Select(way => way.Name)));
            WriteDetails(terminal, alike.First().First);
        }

        terminal.Line();
        if (report.Candidates[0] is { Verdict: Verdict.Works } best)
        {
            terminal.Line($"{NameOf(best)}, {FileKeys}:");
            WriteFileKeys(terminal, "  ", best.Exporter, best.Memory, best.Policy);
            terminal.Line();
            terminal.Line("choose ", NameOf(best), true, report.Reason[NameOf(best).Length..]);
        }
        else
        {
            WriteConflicts(terminal, report);
        }
    }

    /// <summary>On a terminal, which may be narrow, a number that is the same in all rows is shown once, below the table.</summary>
    private static void WriteTable(Terminal terminal, string[][] rows)
    {
        var same = Enumerable.Range(0, _headings.Length)
            .Take(_numbers)
            .Where(column => terminal.IsTerminal && rows.All(row => row[column] == rows[0][column]))
            .ToList();
        terminal.Table(Shown(_headings), rows.Select(Shown));
        if (same.Count != 0)
        {
            terminal.Line($"all: {string.Join(", ", same.Select(column => $"{_headings[column]} {rows[0][column]}"))}");
        }

        string[] Shown(string[] cells) => [.. cells.Where((_, column) => !same.Contains(column))];
    }

    private static void WriteFileKeys(
        Terminal terminal, string indent, string? exporter, IReadOnlyCollection<string> memory, string policy)
    {
        foreach (var line in ScenarioKeys.Lines(exporter, memory, policy, Terminal.LeastColumns - indent.Length))
        {
            terminal.Line($"{indent}{line}");
        }
    }

    private static void WriteConflicts(Terminal terminal, AdviceReport report)
    {
        terminal.Line(report.Reason);
        foreach (var conflict in report.Conflicts)
        {
            terminal.Line("  ", "conflict", false, $": {string.Join(", ", conflict)}{(conflict.Length == 1 ? " alone" : string.Empty)}");
        }

        foreach (var fix in report.Fixes)
        {
            terminal.Line(
                "  ", "fix", true,
                $": {string.Join(", and ", fix.Changes.Select(change => change.Text))}; then {AdviceWords.ExporterOf(fix.Exporter, fix.Allocates, fix.Memory)}, works");
            WriteFileKeys(terminal, "    ", fix.Exporter, fix.Memory, fix.Policy);
        }
    }

    private static string NameOf(CandidateReport candidate) =>
        AdviceWords.ExporterOf(candidate.Exporter, candidate.Allocates, candidate.Memory);

    /// <summary>What is wrong with a candidate, for grouping: the same text is shown once for several candidates.</summary>
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

    /// <summary>Which device comes too late in which orders, unless shown already; each in three parts of a line.</summary>
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

    /// <summary>The pages next to what is required of them; empty when a device is refused.</summary>
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

    /// <summary>The outcome when all attach before the first map, in a few words.</summary>
    public static string ResultOf(CandidateReport candidate) => candidate.Verdict switch
    {
        Verdict.Works => "works",
        Verdict.ByLuck => "by luck",
        Verdict.WorksWrongly => "works wrongly",
        Verdict.Refused => string.Join(", ", candidate.Refused.Select(refused => $"{refused.Importer} {refused.Refusal.Errno}".Trim())),
        _ => throw new ArgumentOutOfRangeException(nameof(candidate)),
    };

    private static string[] RowOf(AdviceRow row) => [row.Name, row.Memory, .. CellsOf(row.First)];

    private static string[] CellsOf(CandidateReport candidate) =>
    [
        ResultOf(candidate),
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
