using System.Globalization;
using System.Numerics;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Reports;

namespace DmaGrains.Client.Output;

/// <summary>Writes an exploration for people.</summary>
internal static class ExplorationText
{
    private const int OutcomesShown = 8;

    /// <summary>Each policy in turn: how much was explored, the outcomes, and the failures.</summary>
    /// <param name="terminal">Where to write.</param>
    /// <param name="report">The exploration.</param>
    /// <param name="options">The options of the exploration.</param>
    /// <param name="importers">How many entries of an outcome are the scenario's importers; the faults follow.</param>
    public static void Write(Terminal terminal, ExplorationReport report, ExplorationOptions options, int importers)
    {
        terminal.Line($"{report.Scenario} on {report.Board}");
        terminal.Line(report.Shows);
        if (!report.Faults.IsEmpty)
        {
            terminal.Line($"Faults: {string.Join(", ", report.Faults)}.");
        }

        var number = 0;
        foreach (var policy in report.Policies)
        {
            terminal.Line();
            Write(terminal, policy, options, importers, ref number);
        }
    }

    private static void Write(Terminal terminal, ExploredPolicyReport policy, ExplorationOptions options, int importers, ref int number)
    {
        terminal.Line(
            $"{policy.Policy}: ",
            policy.Complete ? "complete" : "not complete",
            policy.Complete,
            $", {Count(policy.Orders, "order")}{(policy.Complete ? string.Empty : " ended so far")}, {Count(policy.States, "state")}, {Count(policy.FinalStates, "final state")}");
        if (!policy.Complete)
        {
            terminal.Line(
                $"  stopped by {(policy.StoppedBy == "interrupted" ? "interruption" : $"the limit of {policy.StoppedBy}")}: the first {Count(policy.ExploredSteps, "step")} of every order are covered, and what fails within these is below");
        }

        terminal.Line(policy.OrderMatters switch
        {
            true => $"  the order matters: {Count(policy.Outcomes.Length, "outcome")}",
            false => "  the order does not matter: one outcome",
            null => "  whether the order matters is not known",
        });
        foreach (var outcome in policy.Outcomes.Take(OutcomesShown))
        {
            // Shares mean nothing before all orders have ended.
            var share = policy.Complete ? $"{Share(outcome.Orders, policy.Orders),7}  " : string.Empty;
            terminal.Line($"  {share}{Count(outcome.Orders, "order")}: {WordsOf(outcome, importers)}");
        }

        if (policy.Outcomes.Length > OutcomesShown)
        {
            terminal.Line($"           … {policy.Outcomes.Length - OutcomesShown} more (--json shows all)");
        }

        foreach (var failure in policy.Failures)
        {
            Write(terminal, failure, ++number);
        }

        if (!options.Waits && policy.Failures.Any(failure => failure.Outcome == "EAGAIN"))
        {
            terminal.Line("  EAGAIN counted as an answer; with --wait importers try again, and deadlocks show");
        }
    }

    private static void Write(Terminal terminal, FailureReport failure, int number)
    {
        var orders = failure.Orders is { } known ? $", in {Count(known, "order")}" : string.Empty;
        string?[] words = failure.Kind switch
        {
            FailureKind.Deadlock => ["all importers wait"],
            FailureKind.Hazard => ["hazard", failure.Outcome, "of", failure.Importer, "on", failure.Buffer],
            FailureKind.Broken => [failure.Importer, failure.Operation, failure.Buffer, "breaks an invariant"],
            _ => [failure.Importer, failure.Operation, failure.Buffer, failure.Outcome],
        };
        terminal.Line($"  {number}. ", string.Join(' ', words.OfType<string>()), false, $"{orders}; the shortest:");
        terminal.Line($"     {string.Join(", ", failure.Order.Select(WordsOf))}");
        if (failure.Reason is { } reason)
        {
            terminal.Line($"     {reason}");
        }
    }

    private static string WordsOf(ExploredStepReport step)
    {
        string?[] words = [step.Importer, step.Operation, step.Buffer, step.Outcome == Vocabulary.Ok ? null : step.Outcome];
        return string.Join(' ', words.OfType<string>());
    }

    /// <summary>Every importer with a step that was not granted, and every fault that happened, with all answers.</summary>
    private static string WordsOf(OutcomeReport outcome, int importersOfFile)
    {
        var importers = outcome.Importers
            .Where((importer, index) => importer.Answers.Any(answer => answer != Vocabulary.Ok) || (index >= importersOfFile && importer.Answers.Length != 0))
            .Select(importer => $"{importer.Importer}: {string.Join(", ", RunsOf(importer.Answers))}");
        string[] parts =
        [
            .. importers,
            .. outcome.Hazards.Select(hazard => $"hazard {hazard.Kind} of {hazard.Importer}"),
        ];
        return parts.Length == 0 ? "every step is granted" : string.Join("; ", parts);
    }

    /// <summary>Equal answers in a row, shown once with their count.</summary>
    private static IEnumerable<string> RunsOf(IReadOnlyList<string> answers)
    {
        for (var (from, end) = (0, 0); from < answers.Count; from = end)
        {
            while (end < answers.Count && answers[end] == answers[from])
            {
                end++;
            }

            yield return end - from == 1 ? answers[from] : $"{end - from} {answers[from]}";
        }
    }

    private static string Share(BigInteger part, BigInteger all) =>
        string.Create(CultureInfo.InvariantCulture, $"{(double)(part * 100_000 / all) / 1000:F1} %");

    private static string Count(BigInteger count, string thing) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {thing}{(count.IsOne ? string.Empty : "s")}");
}
