using System.Collections.Immutable;
using DmaGrains.Model;

namespace DmaGrains.Analysis.Comparing;

/// <summary>One criterion by which policies are ranked.</summary>
/// <param name="Value">The value of an outcome; less is better.</param>
/// <param name="Worse">In what an outcome with that value is worse than a better one, in words.</param>
internal sealed record PolicyCriterion(Func<PolicyOutcome, ulong> Value, Func<PolicyOutcome, ulong, string> Worse)
{
    /// <summary>
    /// The criteria, most important first. First silent faults that the exporter allows, which are worse than refusals; then importers left
    /// out, hazards of use, luck, refusals, bytes copied, contiguous memory, cache maintenance, and segments to walk. A refusal that the
    /// scenario expects counts neither for nor against a policy, and neither does granting the step.
    /// </summary>
    /// <remarks>The only place that ranks policies.</remarks>
    public static ImmutableArray<PolicyCriterion> All { get; } =
    [
        new(outcome => outcome.CountHazards() - outcome.LuckCount - outcome.UseCount, (_, count) => $"lets {Counted.Of(count, "thing")} go wrong silently"),
        new(outcome => (ulong)outcome.LeftOut, (outcome, _) => PolicyChoice.ServesOf(outcome)),
        new(outcome => outcome.UseCount, (_, count) => $"lets {Counted.Of(count, "thing")} go wrong silently in use"),
        new(outcome => outcome.LuckCount, (_, count) => $"has {Counted.Of(count, "list")} that {(count == 1 ? "rests" : "rest")} on luck"),
        new(outcome => (ulong)outcome.Refusals.Count(refused => !refused.Expected), (_, count) => $"refuses {Counted.Of(count, "step")}"),
        new(outcome => outcome.Costs.BytesCopied + outcome.Costs.BytesBounced, (_, bytes) => $"copies or bounces {Counted.Of(bytes, "byte")}"),
        new(outcome => outcome.ContiguousBytesPeak, (_, bytes) => $"takes {Counted.Of(bytes, "byte")} of contiguous memory"),
        new(outcome => outcome.Costs.CacheCleans + outcome.Costs.CacheInvalidates, (_, count) => $"cleans or invalidates caches {Counted.Of(count, "time")}"),
        new(
            outcome => outcome.Segments.Aggregate(0UL, (sum, segments) => sum + (ulong)segments.MappedEntryCount),
            (_, count) => $"gives devices {Counted.Of(count, "segment")} to walk"),
    ];
}
