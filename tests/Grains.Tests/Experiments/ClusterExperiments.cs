using DmaGrains.Interfaces;

namespace DmaGrains.Grains.Tests.Experiments;

/// <summary>Experiments for a cluster, as texts with a small board.</summary>
internal static class ClusterExperiments
{
    /// <summary>The board, under the name <c>small</c>.</summary>
    public static ExperimentBoard Board { get; } = new("small", SiloFixture.BoardNamed("small"));

    /// <summary>An experiment of so many commands in each of two cases.</summary>
    public static ExperimentText Of(string name, int commands, string rest = "") => new(
        $$$"""
        name: {{{name}}}
        question: Is everything counted once?
        boards: [small, small]
        workload:
          - {name: held, arrivals: {poisson: 60/s}, size: 2MiB, lifetime: {exponential: 60ms}, importers: [gpu, display]}
          - name: used
            arrivals: {clients: 3, think: 5ms}
            size: 64KiB
            lifetime: 80ms
            importers: [disk, gpu]
            mapping: per-use
            uses: {every: 10ms, for: 2ms}
        other-memory: [{region: cma, arrivals: {poisson: 20/s}, size: 1MiB, lifetime: {exponential: 50ms}}]
        faults: [{crash: gpu, every: {exponential: 200ms}}]
        matrix: {policy: [refuse, migrate]}
        commands: {{{commands}}}
        warm-up: 0
        {{{rest}}}
        """,
        [Board]);

    /// <summary>Asks until the experiment has ended.</summary>
    public static async Task<ExperimentStatus> EndOfAsync(IExperimentGrain experiment)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var status = await StatusOfAsync(experiment);
            if (status?.Stage is ExperimentStage.Done or ExperimentStage.Stopped or ExperimentStage.Failed)
            {
                return status;
            }

            await Task.Yield();
        }
    }

    private static async Task<ExperimentStatus?> StatusOfAsync(IExperimentGrain experiment)
    {
        try
        {
            return (await experiment.GetStatusAsync()).Value;
        }
        catch (Exception problem) when (problem is TimeoutException or OrleansException)
        {
            // Its silo is lost.
            return null;
        }
    }

    /// <summary>A measure of a repetition.</summary>
    public static double Of(this ExperimentRepetition repetition, string measure) => repetition.Measures.Single(known => known.Measure == measure).Value;
}
