using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Analysis.Comparing;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;

namespace DmaGrains.Analysis.Tests.Comparing;

public sealed class PolicyChoiceTests
{
    private static readonly ImmutableArray<string> _importers = ["gpu", "display"];

    private static readonly PolicyOutcome _good = new(
        "good", 2, _importers, [], [], default, 0, [new("gpu", "frame", 1)]);

    private static readonly Gen<PolicyOutcome> _anyOutcome = Gen.Select(
        Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2], Gen.ULong[0, 1], Gen.ULong[0, 1],
        (served, refusals, hazards, bounced, contiguous) => _good with
        {
            Served = _importers[..served],
            Refusals = [.. Enumerable.Repeat(Refused, refusals)],
            Hazards = [.. Enumerable.Repeat(Hazard, hazards)],
            Costs = new BufferCosts() with { BytesBounced = bounced },
            ContiguousBytesPeak = contiguous,
        });

    private static RefusedStep Refused => new(1, "display", "attach", "frame", new("EBUSY", "vc4", null, null, null, "Busy."));

    private static HazardReport Luck => Hazard with { Kind = "by_luck" };

    private static HazardReport Hazard => new("bounced", "vc4", "dma_mask", 1, 0, "Bounced.");

    [Fact]
    public void The_choice_is_the_first_and_those_as_good_have_the_same_ranking() => _anyOutcome.Array[1, 6].Sample(outcomes =>
    {
        ImmutableArray<PolicyOutcome> sorted =
        [
            .. outcomes.Select((outcome, index) => outcome with { Policy = $"p{index}" })
                .OrderBy(outcome => string.Concat(outcome.Ranking.Select(value => $"{value:D20}")), StringComparer.Ordinal),
        ];

        var choice = PolicyChoice.Explain(sorted, _importers);

        return choice.Policy == sorted[0].Policy
            && choice.AsGood.SequenceEqual(sorted[1..].Where(other => other.Ranking.SequenceEqual(sorted[0].Ranking)).Select(other => other.Policy))
            && choice.NeverServed.SequenceEqual(_importers.Where(importer => sorted.All(outcome => !outcome.Served.Contains(importer))));
    });

    [Fact]
    public void The_reason_says_what_speaks_for_it()
    {
        Assert.Equal("It serves both importers, nothing goes wrong silently, and nothing is copied.", ReasonOf(_good));
        Assert.Equal(
            "It serves 1 of 2 importers, 1 thing goes wrong silently, and 4096 bytes are copied and 8192 bounced. No policy serves display.",
            ReasonOf(_good with
            {
                Served = ["gpu"],
                Hazards = [Hazard],
                Costs = new BufferCosts(1, 4096, 1) { Bounces = 2, BytesBounced = 8192 },
            }));
        Assert.Equal(
            "It serves no importer, nothing goes wrong silently, and nothing is copied. No policy serves gpu and display.",
            ReasonOf(_good with { Served = [], Refusals = [Refused] }));
    }

    public static TheoryData<string> Worse => new(Others.Keys);

    private static Dictionary<string, PolicyOutcome> Others => new()
    {
        ["lets 2 things go wrong silently"] = _good with { Hazards = [Hazard, Hazard] },
        ["has 2 lists that rest on luck"] = _good with { Hazards = [Luck, Luck] },
        ["lets 1 thing go wrong silently in use"] = _good with { Hazards = [Hazard with { Kind = "stale_snoop" }] },
        ["serves 1 of 2 importers"] = _good with { Served = ["gpu"] },
        ["refuses 1 step"] = _good with { Refusals = [Refused] },
        ["copies or bounces 4096 bytes"] = _good with { Costs = new BufferCosts() with { BytesBounced = 4096 } },
        ["takes 8192 bytes of contiguous memory"] = _good with { ContiguousBytesPeak = 8192 },
        ["cleans or invalidates caches 3 times"] = _good with { Costs = new BufferCosts() with { CacheCleans = 1, CacheInvalidates = 2 } },
        ["gives devices 8 segments to walk"] = _good with { Segments = [new("gpu", "frame", 8)] },
    };

    [Theory]
    [MemberData(nameof(Worse))]
    public void The_reason_says_in_what_the_next_one_is_worse(string worse)
    {
        var next = Others[worse] with { Policy = "next" };

        Assert.EndsWith($" Next is next, which {worse}.", ReasonOf(_good, next), StringComparison.Ordinal);
        Assert.EndsWith($" Next is next, which {worse}. twin would do as well.", ReasonOf(_good, _good with { Policy = "twin" }, next), StringComparison.Ordinal);
    }

    private static string ReasonOf(params ImmutableArray<PolicyOutcome> outcomes) => PolicyChoice.Explain(outcomes, _importers).Reason;
}
