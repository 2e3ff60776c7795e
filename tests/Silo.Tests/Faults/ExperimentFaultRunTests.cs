using System.Diagnostics;
using System.Globalization;
using DmaGrains.Interfaces;
using DmaGrains.Model.Buffers;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>
/// An experiment inside a cluster of three silos, while silos and storage are killed: its totals are those of the replies that buffers
/// stored, each once.
/// </summary>
/// <remarks><see cref="FaultRun"/> makes longer runs, with all that can happen to a cluster.</remarks>
[Collection(FaultRun.Collection)]
public sealed class ExperimentFaultRunTests
{
    private const int CommandsOfARound = 400;
    private const int Boards = 2;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    // In a short run; that the silo that drives is lost is the test of the grain.
    private static readonly FaultKind[] _shortly = [FaultKind.SiloKilled, FaultKind.StorageKilled];

    [Fact]
    public async Task Totals_are_those_recomputed_from_what_buffers_stored()
    {
        FaultRun.SkipUnlessLong();
        if (FaultRun.Storage is StorageKind.Sqlite or StorageKind.Redis)
        {
            Assert.Skip("only PostgreSQL keeps each version of a state");
        }

        var start = Stopwatch.GetTimestamp();
        var random = new Random(FaultRun.Seed);
        var commands = CommandsOfARound * FaultRun.Rounds;
        await using var cluster = await FaultyCluster.StartAsync(StorageKind.PostgreSql);
        var recorded = new RecordedReplies(cluster.PostgreSql);
        await recorded.BeginAsync();
        await using var client = await SiloProcess.ConnectInTimeAsync(cluster.Gateways);
        var experiment = client.Grains.GetExperiment("faults");
        Assert.True((await experiment.StartAsync(Text(commands))).IsGranted);

        var faults = 0;
        for (var round = 0; round < FaultRun.Rounds; round++)
        {
            var kinds = FaultRun.Rounds == 1 ? [.. _shortly] : cluster.Faults;
            random.Shuffle(kinds);
            foreach (var (index, kind) in kinds.Index())
            {
                await ComeAsync(experiment, Boards * ((CommandsOfARound * round) + (CommandsOfARound * (index + 1) / (kinds.Length + 1))));
                await cluster.SufferAsync(kind, random.Next(cluster.Silos), () => Task.CompletedTask);
                faults++;
            }
        }

        var status = await ComeAsync(experiment, double.PositiveInfinity);

        Assert.Equal((ExperimentStage.Done, null), (status.Stage, status.Problem));
        var repetition = Assert.Single(status.Repetitions);
        var replies = (await recorded.ReadAsync()).Where(reply => reply.Key.Number <= commands).Select(reply => reply.Value).ToList();
        Assert.Equal(Boards * commands, replies.Count);
        Assert.Equal(replies.Count, Of(repetition, "commands"));
        Assert.Equal(
            replies.Where(reply => reply.Refusal is not null)
                .GroupBy(reply => $"{StepOf(reply)} {reply.Refusal!.Errno} {reply.Refusal.Field} {reply.Refusal.Importer}")
                .Select(kind => $"{kind.Key}: {kind.Count()}")
                .Order(StringComparer.Ordinal),
            repetition.Refusals.Select(refusal => $"{refusal.Step} {refusal.Errno} {refusal.Field} {refusal.Importer}: {refusal.Count}")
                .Order(StringComparer.Ordinal));
        Assert.Equal(100.0 * RefusedOf(replies, RememberedKind.Map), Of(repetition, "maps-refused"));
        await FaultRun.ReportAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"experiment on PostgreSql, seed {FaultRun.Seed}, {FaultRun.Rounds} rounds, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s: "
            + $"{replies.Count} commands and {replies.Count(reply => reply.Refusal is not null)} refusals counted as stored, {faults} faults, "
            + $"{Of(repetition, "sent-again")} sent again, {Of(repetition, "silos-lost")} silos seen lost, not driven for {Of(repetition, "not-driven") / 1e9:F1} s"));
    }

    private static double RefusedOf(List<RememberedReply> replies, RememberedKind kind)
    {
        var asked = replies.Where(reply => reply.Kind == kind).ToList();
        return (double)asked.Count(reply => reply.Refusal is not null) / asked.Count;
    }

    private static string StepOf(RememberedReply reply) =>
        reply.Export?.Name.StartsWith("other#", StringComparison.Ordinal) == true ? "other-memory" : $"{reply.Kind}".ToLowerInvariant();

    private static double Of(ExperimentRepetition repetition, string measure) => repetition.Measures.Single(known => known.Measure == measure).Value;

    /// <summary>Completes when so many commands are counted, or the experiment has ended.</summary>
    private static async Task<ExperimentStatus> ComeAsync(IExperimentGrain experiment, double commands)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < _patience)
        {
            try
            {
                var status = (await experiment.GetStatusAsync()).Value;
                if (status.Stage is not ExperimentStage.Running || status.Repetitions.Sum(repetition => Of(repetition, "commands")) >= commands)
                {
                    return status;
                }

                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
            catch (NoReplyException)
            {
                // Its silo or the storage is away.
            }
        }

        throw new TimeoutException($"seed {FaultRun.Seed}: fewer than {commands} commands were counted within {_patience}.");
    }

    private static ExperimentText Text(int commands) => new(
        $$$"""
        name: faults
        question: Is everything counted once?
        boards: [{board: faults-0, count: {{{Boards}}}}]
        seed: {{{FaultRun.Seed}}}
        workload:
          - {name: held, arrivals: {poisson: 8/s}, size: 512KiB, lifetime: {exponential: 400ms}, importers: [gpu, display]}
          - {name: used, arrivals: {poisson: 4/s}, size: 64KiB, lifetime: 800ms, importers: [disk, codec], mapping: per-use, uses: {every: 100ms, for: 20ms}}
        other-memory: [{region: cma, arrivals: {poisson: 2/s}, size: 1MiB, lifetime: {exponential: 500ms}}]
        faults: [{crash: gpu, every: {exponential: 2s}}, {revoke: held, every: {exponential: 3s}}]
        commands: {{{commands}}}
        """,
        [new("faults-0", FaultBoard.Numbered(0))]);
}
