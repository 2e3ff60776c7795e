using System.Globalization;
using DmaGrains.Analysis.Comparing;

namespace DmaGrains.Client.Output;

/// <summary>Writes a comparison of policies for people.</summary>
internal static class ComparisonText
{
    private const int NamesShown = 3;

    private static readonly string[] _headings =
        ["policy", "served", "refused", "hazards", "copied", "bounced", "caches", "contiguous", "segments"];

    /// <summary>A row for each policy, best first; then why steps were refused, and the hazards; then what to choose.</summary>
    public static void Write(Terminal terminal, ComparisonReport report)
    {
        terminal.Line($"{report.Scenario} on {report.Board}");
        terminal.Line(report.Shows);
        terminal.Line();
        terminal.Table(_headings, report.Policies.Select(RowOf));
        terminal.Line();
        terminal.Line("copied, bounced (pieces), contiguous: bytes, the last at its peak; caches: cleans/invalidates/saved; segments: as devices walk them");
        foreach (var alike in report.Policies.GroupBy(DetailsOf).Where(alike => alike.Key.Length != 0))
        {
            terminal.Line();
            terminal.Line(string.Join(", ", alike.Select(policy => policy.Policy)));
            WriteDetails(terminal, alike.First());
        }

        terminal.Line();
        terminal.Line(
            report.Choice.Safe ? "choose "
                : report.Policies.Any(policy => policy.Safe) ? "none is safe and serves all importers; the least bad is "
                : "none is safe; the least bad is ",
            report.Choice.Policy,
            report.Choice.Safe,
            $". {report.Choice.Reason}");
    }

    /// <summary>What went wrong under a policy, for grouping: the same text is shown once for several policies.</summary>
    private static string DetailsOf(PolicyOutcome policy) => string.Join(
        '\n',
        [
            .. policy.Refusals.Select(refused => $"{refused.Step} {refused.Refusal.Reason}"),
            .. policy.Hazards.Select(hazard => hazard.Reason),
        ]);

    private static void WriteDetails(Terminal terminal, PolicyOutcome policy)
    {
        foreach (var refused in policy.Refusals)
        {
            string?[] words = [$"  step {refused.Step},", refused.Importer, refused.Operation, refused.Buffer];
            terminal.Line(
                $"{string.Join(' ', words.OfType<string>())}: ", refused.Refusal.Errno, refused.Expected,
                $"{(refused.Expected ? ", as expected" : string.Empty)}  {refused.Refusal.Reason}");
        }

        foreach (var hazard in policy.Hazards)
        {
            terminal.Line("  ", "hazard", false, $": {hazard.Reason}");
        }
    }

    private static string[] RowOf(PolicyOutcome policy) =>
    [
        policy.Policy,
        policy.Served.Length == 0 || policy.Served.Length == policy.Importers
            ? $"{Number((ulong)policy.Served.Length)} of {Number((ulong)policy.Importers)}"
            : FirstOf(policy.Served),
        policy.Refusals.IsEmpty
            ? "none"
            : FirstOf([.. policy.Refusals.Select(refused => $"{refused.Importer} {refused.Refusal.Errno}").Distinct()]),
        Number(policy.CountHazards()),
        Number(policy.Costs.BytesCopied),
        policy.Costs.Bounces == 0 ? "0" : $"{Number(policy.Costs.BytesBounced)} ({Number(policy.Costs.Bounces)})",
        $"{Number(policy.Costs.CacheCleans)}/{Number(policy.Costs.CacheInvalidates)}/{Number(policy.Costs.CacheWorkSaved)}",
        Number(policy.ContiguousBytesPeak),
        FirstOf([.. policy.Segments.Select(segments => $"{segments.Importer} {Number((ulong)segments.MappedEntryCount)}")]),
    ];

    private static string FirstOf(IReadOnlyCollection<string> words) => words.Count <= NamesShown
        ? string.Join(", ", words)
        : $"{string.Join(", ", words.Take(NamesShown))}, … {Number((ulong)(words.Count - NamesShown))} more";

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
