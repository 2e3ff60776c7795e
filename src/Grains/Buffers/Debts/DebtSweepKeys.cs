namespace DmaGrains.Grains.Buffers.Debts;

/// <summary>The key of the cluster's only sweep.</summary>
internal static class DebtSweepKeys
{
    /// <summary>The sweep.</summary>
    public static IDebtSweepGrain GetDebtSweep(this IGrainFactory grains) => grains.GetGrain<IDebtSweepGrain>("debts:");
}
