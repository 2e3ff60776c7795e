using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model;

namespace DmaGrains.Scenarios.Comparing;

/// <summary>Which policy to choose for a scenario.</summary>
/// <param name="Policy">Its name.</param>
/// <param name="AsGood">Others that do exactly as well here.</param>
/// <param name="NeverServed">Importers that no policy serves.</param>
/// <param name="Reason">Why, in words for people.</param>
public sealed record PolicyChoice(
    string Policy, ImmutableArray<string> AsGood, ImmutableArray<string> NeverServed, string Reason)
{
    /// <summary>The choice among outcomes.</summary>
    /// <param name="outcomes">Best first, at least one.</param>
    /// <param name="importers">The scenario's importers.</param>
    public static PolicyChoice Of(ImmutableArray<PolicyOutcome> outcomes, IEnumerable<string> importers)
    {
        var best = outcomes[0];
        var asGood = outcomes.Skip(1).TakeWhile(other => other.Weights.SequenceEqual(best.Weights)).ToList();
        var next = outcomes.Skip(1 + asGood.Count).FirstOrDefault();
        var never = importers.Where(importer => !outcomes.Any(outcome => outcome.Served.Contains(importer))).ToImmutableArray();
        string?[] sentences =
        [
            $"It {ServesOf(best)}, {HazardsOf(best)}, and {CopiesOf(best)}.",
            next is null ? null : $"Next is {next.Policy}, which {WorseOf(best, next)}.",
            asGood.Count == 0 ? null : $"{WordsOf(asGood.Select(other => other.Policy))} would do as well.",
            never.IsEmpty ? null : $"No policy serves {WordsOf(never)}.",
        ];
        return new(
            best.Policy, [.. asGood.Select(other => other.Policy)], never, string.Join(' ', sentences.OfType<string>()));
    }

    private static string ServesOf(PolicyOutcome outcome) => outcome.Served.Length switch
    {
        0 => "serves nobody",
        var all when all == outcome.Importers => all switch
        {
            1 => "serves the importer",
            2 => "serves both importers",
            _ => $"serves all {Number((ulong)all)} importers",
        },
        var some => $"serves {Number((ulong)some)} of {Number((ulong)outcome.Importers)} importers",
    };

    private static string HazardsOf(PolicyOutcome outcome) => outcome.Hazards.IsEmpty
        ? "nothing goes wrong silently"
        : $"{Counted.Of((ulong)outcome.Hazards.Length, "thing")} {(outcome.Hazards.Length == 1 ? "goes" : "go")} wrong silently";

    private static string CopiesOf(PolicyOutcome outcome) => (outcome.Costs.BytesCopied, outcome.Costs.BytesBounced) switch
    {
        (0, 0) => "nothing is copied",
        (var copied, 0) => $"{Counted.Of(copied, "byte")} are copied",
        (0, var bounced) => $"{Counted.Of(bounced, "byte")} are bounced",
        var (copied, bounced) => $"{Counted.Of(copied, "byte")} are copied and {Number(bounced)} bounced",
    };

    /// <summary>In what the next one is worse first, in the order of <see cref="PolicyOutcome.Weights"/>.</summary>
    private static string WorseOf(PolicyOutcome best, PolicyOutcome next)
    {
        var first = best.Weights.Zip(next.Weights).TakeWhile(pair => pair.First == pair.Second).Count();
        var weight = next.Weights[first];
        return first switch
        {
            0 => $"lets {Counted.Of(weight, "thing")} go wrong silently",
            1 => ServesOf(next),
            2 => $"refuses {Counted.Of(weight, "step")}",
            3 => $"copies or bounces {Counted.Of(weight, "byte")}",
            4 => $"takes {Counted.Of(weight, "byte")} of contiguous memory",
            5 => $"cleans or invalidates caches {Counted.Of(weight, "time")}",
            _ => $"gives devices {Counted.Of(weight, "segment")} to walk",
        };
    }

    private static string WordsOf(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.Length == 1 ? all[0] : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
