using System.Globalization;
using DmaGrains.Scenarios.Comparing;

namespace DmaGrains.Client.Output;

/// <summary>Writes a comparison of policies for people.</summary>
internal static class ComparisonText
{
    private static readonly string[] _headings =
        ["policy", "served", "refused", "hazards", "copied", "contiguous peak", "lists", "segments"];

    /// <summary>A row for each policy, best first; then why steps were refused, and the hazards.</summary>
    public static void Write(Terminal terminal, ComparisonReport report)
    {
        terminal.Line($"{report.Scenario} on {report.Board}");
        terminal.Line(report.Shows);
        terminal.Line();
        terminal.Table(_headings, report.Policies.Select(RowOf));
        foreach (var policy in report.Policies.Where(policy => !policy.Refusals.IsEmpty || !policy.Hazards.IsEmpty))
        {
            terminal.Line();
            terminal.Line(policy.Policy);
            foreach (var refused in policy.Refusals)
            {
                terminal.Line(
                    $"  step {refused.Step}, {refused.Importer} {refused.Operation} {refused.Buffer}: ",
                    refused.Refusal.Errno,
                    false,
                    $"  {refused.Refusal.Reason}");
            }

            foreach (var hazard in policy.Hazards)
            {
                terminal.Line("  ", "hazard", false, $": {hazard.Reason}");
            }
        }
    }

    private static string[] RowOf(PolicyOutcome policy) =>
    [
        policy.Policy,
        string.Create(CultureInfo.InvariantCulture, $"{policy.Served.Length} of {policy.Importers}"),
        Number((ulong)policy.Refusals.Length),
        Number((ulong)policy.Hazards.Length),
        Number(policy.BytesCopied),
        Number(policy.ContiguousBytesPeak),
        Number(policy.ListsBuilt),
        string.Join(", ", policy.Segments.Select(segments =>
            string.Create(CultureInfo.InvariantCulture, $"{segments.Importer} {segments.MappedEntryCount}"))),
    ];

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
