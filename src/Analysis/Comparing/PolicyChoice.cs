using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using DmaGrains.Model;

namespace DmaGrains.Analysis.Comparing;

/// <summary>Which policy to choose for a scenario.</summary>
/// <param name="Policy">Its name; if no policy is safe, the least bad one.</param>
/// <param name="AsGood">Other policies that do exactly as well here and consider the importers' needs.</param>
/// <param name="NeverServed">Importers that no policy serves.</param>
/// <param name="Reason">The reason, in words.</param>
public sealed record PolicyChoice(
    string Policy, ImmutableArray<string> AsGood, ImmutableArray<string> NeverServed, string Reason)
{
    /// <summary>Whether it can be recommended, because nothing goes wrong silently. False if no policy is safe.</summary>
    public bool Safe { get; init; }

    /// <summary>
    /// Other policies that do exactly as well here although they do not consider the importers' needs: the policies are counted, not the
    /// lists that rest on luck (<see cref="PolicyOutcome.LuckCount"/>).
    /// </summary>
    /// <remarks>Its name in JSON, <c>lucky</c>, is the one that programs already read.</remarks>
    [JsonPropertyName("lucky")]
    public ImmutableArray<string> AsGoodWithoutLooking { get; init; } = [];

    /// <summary>Explains the choice among outcomes; <see cref="PolicyCriterion"/> made it.</summary>
    /// <param name="outcomes">Best first, at least one.</param>
    /// <param name="importers">The scenario's importers.</param>
    public static PolicyChoice Explain(ImmutableArray<PolicyOutcome> outcomes, IEnumerable<string> importers)
    {
        var best = outcomes[0];
        var same = outcomes.Skip(1).TakeWhile(other => other.Ranking.SequenceEqual(best.Ranking)).ToList();
        var asGood = same.Where(other => other.LooksAtImporters).Select(other => other.Policy).ToImmutableArray();
        var lucky = same.Where(other => !other.LooksAtImporters).Select(other => other.Policy).ToImmutableArray();
        var next = outcomes.Skip(1 + same.Count).FirstOrDefault();
        var never = importers.Where(importer => !outcomes.Any(outcome => outcome.Served.Contains(importer))).ToImmutableArray();
        var safe = outcomes.Where(other => other.Safe && other.LooksAtImporters).Select(other => other.Policy).ToImmutableArray();
        string?[] sentences =
        [
            $"It {ServesOf(best)}{ExpectedOf(best)}, {HazardsOf(best)}, and {CopiesOf(best)}.",
            best.LooksAtImporters || !best.Safe ? null : "It ignores what importers need, so this is luck.",
            next is null ? null : $"Next is {next.Policy}, which {WorseOf(best, next)}.",
            best.Safe || safe.IsEmpty ? null : $"Nothing goes wrong silently under {WordsOf(safe)}, which {(safe.Length == 1 ? "leaves" : "leave")} out more importers.",
            asGood.IsEmpty ? null : $"{WordsOf(asGood)} would {(best.Safe ? "do as well" : "be as bad")}.",
            lucky.IsEmpty || !best.Safe ? null : $"{WordsOf(lucky)} had the same result while ignoring what importers need: luck.",
            never.IsEmpty ? null : $"No policy serves {WordsOf(never)}.",
        ];
        return new(best.Policy, asGood, never, string.Join(' ', sentences.OfType<string>())) { Safe = best.Safe, AsGoodWithoutLooking = lucky };
    }

    private static string ExpectedOf(PolicyOutcome outcome) => outcome.RefusedAsExpected.IsEmpty
        ? string.Empty
        : $" and refuses {WordsOf(outcome.RefusedAsExpected)} as expected";

    internal static string ServesOf(PolicyOutcome outcome) => outcome.Served.Length switch
    {
        0 => "serves no importer",
        var all when all == outcome.Importers => all switch
        {
            1 => "serves the importer",
            2 => "serves both importers",
            _ => $"serves all {Number((ulong)all)} importers",
        },
        var some => $"serves {Number((ulong)some)} of {Number((ulong)outcome.Importers)} importers",
    };

    private static string HazardsOf(PolicyOutcome outcome)
    {
        var (luck, wrong) = (outcome.LuckCount, outcome.CountHazards() - outcome.LuckCount);
        return (wrong, luck) switch
        {
            (0, 0) => "nothing goes wrong silently",
            (0, _) => $"{RestsOn(luck)} on luck",
            (_, 0) => GoWrong(wrong),
            _ => $"{GoWrong(wrong)}, {RestsOn(luck)} on luck",
        };
    }

    private static string GoWrong(ulong count) => $"{Counted.Of(count, "thing")} {(count == 1 ? "goes" : "go")} wrong silently";

    private static string RestsOn(ulong count) => $"{Counted.Of(count, "list")} {(count == 1 ? "rests" : "rest")}";

    private static string CopiesOf(PolicyOutcome outcome) => (outcome.Costs.BytesCopied, outcome.Costs.BytesBounced) switch
    {
        (0, 0) => "nothing is copied",
        (var copied, 0) => $"{Counted.Of(copied, "byte")} are copied",
        (0, var bounced) => $"{Counted.Of(bounced, "byte")} are bounced",
        var (copied, bounced) => $"{Counted.Of(copied, "byte")} are copied and {Number(bounced)} bounced",
    };

    /// <summary>The first criterion by which the next policy is worse, in words.</summary>
    private static string WorseOf(PolicyOutcome best, PolicyOutcome next)
    {
        var first = PolicyCriterion.All.First(criterion => criterion.Value(best) != criterion.Value(next));
        return first.Worse(next, first.Value(next));
    }

    private static string WordsOf(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.Length == 1 ? all[0] : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
