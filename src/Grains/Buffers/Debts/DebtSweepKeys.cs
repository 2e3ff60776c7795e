namespace DmaGrains.Grains.Buffers.Debts;

/// <summary>How the cluster's one sweep is named.</summary>
internal static class DebtSweepKeys
{
    /// <summary>The sweep.</summary>
    public static IDebtSweepGrain GetDebtSweep(this IGrainFactory grains) => grains.GetGrain<IDebtSweepGrain>("debts:");
}
