using CsCheck;
using DmaGrains.Experiments.Driving;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Tests.Driving;
using DmaGrains.Experiments.Tests.Playing;

namespace DmaGrains.Experiments.Tests.Theory;

/// <summary>
/// What is counted is written twice, for virtual time and for replies of grains. Where replies take no time, both count the same: also who is
/// told EAGAIN, gets in later and was not refused, and who never gets in and was.
/// </summary>
public class SameCountsTests
{
    [Fact]
    public void Model_and_grains_count_the_same()
    {
        var told = 0;
        RandomWorkloads.OnGrains(commands: 400).Sample(
            text =>
            {
                // Who waits is tried again at another moment: when a buffer has gone, not when memory came back, which no reply tells.
                var experiment = SmallExperiment.Read(text
                    .Replace("when-full: wait", "when-full: refuse", StringComparison.Ordinal)
                    .Replace("commands: 400", "duration: 60ms", StringComparison.Ordinal));
                var (model, refusals) = OnModel(experiment);

                Assert.Equal((model, refusals), OnReplies(experiment));
                Interlocked.Add(ref told, refusals.Contains("EAGAIN", StringComparison.Ordinal) ? 1 : 0);
            },
            iter: 60);

        Assert.True(told > 0, "nobody was told EAGAIN");
    }

    /// <summary>The display needs one run: the pages move before its next map, once the GPU has unmapped them.</summary>
    [Theory]
    [InlineData("50ms", 1.0)]
    [InlineData("150ms", 0.0)]
    [InlineData("{choose: [{value: 50ms}, {value: 150ms}]}", 0.5)]
    public void Who_is_told_EAGAIN_was_refused_if_it_never_gets_in(string lifetime, double refused)
    {
        var experiment = SmallExperiment.Read(SmallExperiment.Text(
            $"workload: [{{name: s, arrivals: {{constant: 1/s}}, size: 2MiB, lifetime: {lifetime}, importers: [gpu, display], memory: [low, cma], policy: migrate, "
                + "attach: lazy, mapping: per-use, uses: {every: 100ms, for: 10ms}}]\nduration: 100500ms\nwarm-up: 0"));

        var (counts, refusals) = OnModel(experiment);

        Assert.Equal((counts, refusals), OnReplies(experiment));
        Assert.Equal((100UL, 100UL), (counts.Buffers, counts.MapsRefused));
        var deviation = Math.Sqrt(100 * refused * (1 - refused));
        Assert.InRange(counts.BuffersRefused, (100 * refused) - (4 * deviation), (100 * refused) + (4 * deviation));
        Assert.StartsWith("map EAGAIN ", refusals, StringComparison.Ordinal);
    }

    private static (Counts Counts, string Refusals) OnModel(Experiment experiment)
    {
        var simulation = Simulation.Begin(experiment.Cases[0], 0, LiveRun.LimitsOf(experiment, 0));
        simulation.Play(ulong.MaxValue);
        var span = simulation.Counted.Spans.AsEnumerable().Aggregate((sum, next) => sum.Then(next));
        return (
            new(
                span[Counter.Commands], span[Counter.Buffers], span[Counter.BuffersRefused], span[Counter.Attaches],
                span[Counter.AttachesRefused], span[Counter.Maps], span[Counter.MapsRefused], span[Counter.FirstMaps]),
            Lines(simulation.Counted.Refusals.Select((kind, at) => (kind, span.Refusals[at]))));
    }

    private static (Counts Counts, string Refusals) OnReplies(Experiment experiment)
    {
        var driven = new DrivenBoard(experiment);
        driven.PlayToEnd();
        var tally = driven.Drive.Counted;
        return (
            new(
                tally[DriveCounter.Commands], tally[DriveCounter.Buffers], tally[DriveCounter.BuffersRefused], tally[DriveCounter.Attaches],
                tally[DriveCounter.AttachesRefused], tally[DriveCounter.Maps], tally[DriveCounter.MapsRefused], tally[DriveCounter.FirstMaps]),
            Lines(tally.Refusals.Select((kind, at) => (kind, tally.RefusalCounts[at]))));
    }

    /// <summary>Replies do not tell whether memory was in pieces.</summary>
    private static string Lines(IEnumerable<(RefusalKind Kind, ulong Count)> refusals) => string.Join('\n', refusals
        .GroupBy(refusal => $"{refusal.Kind.Step} {refusal.Kind.Errno} {refusal.Kind.Field} {refusal.Kind.Importer}")
        .Select(kind => (kind.Key, Count: kind.Sum(refusal => (decimal)refusal.Count)))
        .Where(kind => kind.Count != 0)
        .Select(kind => $"{kind.Key} {kind.Count}")
        .Order(StringComparer.Ordinal));

    private readonly record struct Counts(
        ulong Commands, ulong Buffers, ulong BuffersRefused, ulong Attaches, ulong AttachesRefused, ulong Maps, ulong MapsRefused, ulong FirstMaps);
}
