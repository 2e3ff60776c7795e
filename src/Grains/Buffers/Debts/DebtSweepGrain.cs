namespace DmaGrains.Grains.Buffers.Debts;

/// <summary>Active on one silo of the cluster, which sweeps for all.</summary>
[GrainType("dma-debt-sweep")]
internal sealed class DebtSweepGrain(DebtSweep sweep) : Grain, IDebtSweepGrain
{
    public Task SweepAsync(CancellationToken cancellationToken)
    {
        sweep.Begin();
        return Task.CompletedTask;
    }
}
