using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Client.Output;

/// <summary>Writes a run for people.</summary>
internal static class RunText
{
    // The default direction is not shown.
    private const string BothWays = "bidirectional";

    /// <summary>The scenario, each step with its outcome and the union after it, and the memory at the end.</summary>
    public static void Write(Terminal terminal, RunReport report)
    {
        terminal.Line($"{report.Scenario} on {report.Board}");
        terminal.Line(report.Shows);
        terminal.Line();

        var who = report.Steps.Max(step => Importer(step).Length);
        var what = report.Steps.Max(step => Verb(step).Length);
        var how = Math.Max(StepReport.Skipped.Length, report.Steps.Max(step => step.Outcome.Length));
        foreach (var step in report.Steps)
        {
            var asExpected = step.Expected is null ? step.Outcome == Vocabulary.Ok : step.Expected == step.Outcome;
            string[] rest =
            [
                .. step.Union is null ? [] : (string[])[UnionText.Of(step.Union)],
                .. step.Expected is null || asExpected ? [] : (string[])[$"(expected {step.Expected})"],
            ];
            terminal.Line(
                $"{step.Index,4}  {Importer(step).PadRight(who)}  {Verb(step).PadRight(what)}  ",
                rest.Length == 0 ? step.Outcome : step.Outcome.PadRight(how),
                asExpected,
                string.Concat(rest.Select(words => $"  {words}")));
            WriteDetails(terminal, step);
        }

        terminal.Line();
        RegionTable.Write(terminal, report.Memory);
        terminal.Line();
        terminal.Line("result: ", Words(report), report.Result == RunResult.Good, string.Empty);
    }

    /// <summary>An export has no importer.</summary>
    private static string Importer(StepReport step) => step.Operation == "export" ? string.Empty : step.Importer;

    private static string Verb(StepReport step)
    {
        string?[] words =
        [
            step.Operation,
            step.Buffer ?? step.Context?.ToString(CultureInfo.InvariantCulture),
            step.Parameters is { } set ? $"{set.MaxSegmentSize}/{set.MaxSegmentCount}/0x{set.SegmentBoundaryMask:x}" : null,
            step.Direction is BothWays ? null : step.Direction,
            .. step.Options,
            step.Device is null ? null : $"({step.Device})",
        ];
        return string.Join(' ', words.OfType<string>());
    }

    private static void WriteDetails(Terminal terminal, StepReport step)
    {
        if (step.Refusal is { } refusal)
        {
            terminal.Line($"      {refusal.Reason}");
        }

        if (step.Scatterlist is { } list)
        {
            ListText.Write(terminal, list);
        }

        if (step.Pfns is { } pfns)
        {
            ListText.Write(terminal, pfns);
        }

        if (step.Recalculated is { } recalculated)
        {
            terminal.Line($"      recalculated: {RecalculatedWords(recalculated)}");
        }

        if (step.Wish is { } wish)
        {
            ListText.Write(terminal, wish);
        }

        if (step.Costs is { } costs)
        {
            ListText.Write(terminal, costs);
        }

        foreach (var hazard in step.Hazards)
        {
            terminal.Line("      ", "hazard", false, $": {HazardWords(hazard)}");
        }
    }

    private static string Words(RunReport report) => report.Result switch
    {
        RunResult.Good => "good",
        RunResult.Refused => "refused: a step was refused",
        RunResult.Unexpected => "unexpected: a step did not come out as the scenario expects",
        RunResult.Hazard => HazardWords(report.Steps),
        _ => throw new ArgumentOutOfRangeException(nameof(report)),
    };

    /// <summary>
    /// The result of a recalculation, and why it differs: a device has changed, or a refused attach or a detach left the running union
    /// different from what the importers require.
    /// </summary>
    internal static string RecalculatedWords(RecalculatedReport recalculated) =>
        !recalculated.Differs ? "the same"
        : recalculated.ChangedImporter is { } changed ? $"{UnionText.Of(recalculated.Union)}, as {changed} has changed"
        : $"{UnionText.Of(recalculated.Union)}, although no importer has changed: the running union is not that of the attached importers";

    /// <summary>A hazard in words, with how often it happened.</summary>
    internal static string HazardWords(HazardReport hazard) =>
        hazard.Count == 1 ? hazard.Reason
        : hazard.FirstReason is not { } first || first == hazard.Reason ? $"{hazard.Reason} {Number(hazard.Count)} times."
        : $"{hazard.Reason} {Number(hazard.Count)} times; the first time: {first}";

    private static string Number(ulong count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>How many hazards there are, their kinds, and the steps that show them.</summary>
    private static string HazardWords(IEnumerable<StepReport> all)
    {
        var steps = all.Where(step => !step.Hazards.IsEmpty).ToList();
        var hazards = steps.SelectMany(step => step.Hazards).ToList();
        var kinds = hazards.GroupBy(hazard => hazard.Kind)
            .Select(kind => (kind.Key, Count: CountOf(kind)))
            .Select(kind => kind.Count == 1 ? kind.Key : $"{Number(kind.Count)} {kind.Key}");
        var places = steps.Select(step => step.Index.ToString(CultureInfo.InvariantCulture));
        return $"hazard: {Counted.Of(CountOf(hazards), "thing")} went wrong silently ({string.Join(", ", kinds)}), see {(steps.Count == 1 ? "step" : "steps")} {string.Join(", ", places)}";

        static ulong CountOf(IEnumerable<HazardReport> hazards) => hazards.Aggregate(0UL, (sum, hazard) => sum + hazard.Count);
    }
}
