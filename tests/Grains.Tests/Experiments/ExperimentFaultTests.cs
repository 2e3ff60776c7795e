using DmaGrains.Interfaces;
using DmaGrains.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace DmaGrains.Grains.Tests.Experiments;

/// <summary>Three silos, of which one is killed after the other, and a storage that fails: nothing is counted twice or lost.</summary>
public sealed class ExperimentFaultTests
{
    private const int Commands = 900;

    [Fact]
    public async Task The_totals_are_those_of_the_recorded_outcomes_after_silos_were_killed_and_writes_failed()
    {
        var outcomes = new RecordedOutcomes();
        await using var cluster = await DmaTestCluster.StartAsync(
            3, TimeSpan.FromSeconds(2), silo => silo.Services.AddSingleton<IIncomingGrainCallFilter>(outcomes));
        var experiment = cluster.Grains.GetExperiment("faults");
        Assert.True((await experiment.StartAsync(ClusterExperiments.Of("faults", Commands))).IsGranted);

        for (var round = 1; round <= 2; round++)
        {
            await ComeAsync(experiment, 150 * round);
            cluster.Storage.FailNextWrite(experiment, afterWriting: round % 2 == 0, "experiment-drive");
            await ComeAsync(experiment, (150 * round) + 50);
            await KillDriverAsync(cluster, experiment);
        }

        // Now nobody asks: a reminder brings it back.
        await ComeAsync(experiment, 500);
        await KillDriverAsync(cluster, experiment);
        await outcomes.ComeAsync(200);

        var status = await ClusterExperiments.EndOfAsync(experiment);

        Assert.Equal((ExperimentStage.Done, null), (status.Stage, status.Problem));
        Assert.Empty(outcomes.Different);
        foreach (var repetition in status.Repetitions)
        {
            var recorded = outcomes.Of(repetition.Case, Commands);
            Assert.Equal(2 * Commands, recorded.Count);
            Assert.Equal(recorded.Count, repetition.Of("commands"));
            Assert.Equal(
                recorded.Where(outcome => outcome.Refusal is not null)
                    .GroupBy(outcome => $"{outcome.Step} {outcome.Refusal!.Errno} {outcome.Refusal.Field} {outcome.Refusal.Importer}")
                    .Select(kind => $"{kind.Key}: {kind.Count()}")
                    .Order(StringComparer.Ordinal),
                repetition.Refusals.Select(refusal => $"{refusal.Step} {refusal.Errno} {refusal.Field} {refusal.Importer}: {refusal.Count}")
                    .Order(StringComparer.Ordinal));
        }

        Assert.True(status.Repetitions.Sum(repetition => repetition.Of("sent-again")) > 0);
        Assert.True(status.Repetitions.Sum(repetition => repetition.Of("not-driven")) > 0);
        await cluster.CheckInvariantsAsync();
    }

    private static async Task KillDriverAsync(DmaTestCluster cluster, IExperimentGrain experiment)
    {
        var driver = cluster.SiloOf(experiment) ?? 0;
        await cluster.KillSiloAsync(driver);
        await cluster.RestartSiloAsync(driver);
    }

    /// <summary>Completes when all cases together have so many commands.</summary>
    private static async Task ComeAsync(IExperimentGrain experiment, int commands)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            try
            {
                if ((await experiment.GetStatusAsync()).Value.Repetitions.Sum(repetition => repetition.Of("commands")) >= commands)
                {
                    return;
                }
            }
            catch (Exception problem) when (problem is TimeoutException or OrleansException)
            {
                // Its silo is lost.
            }

            await Task.Yield();
        }
    }
}
