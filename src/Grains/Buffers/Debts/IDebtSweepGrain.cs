namespace DmaGrains.Grains.Buffers.Debts;

/// <summary>Looks for buffers that owe something, on all boards; key <c>debts:</c>. Called by silos.</summary>
[GrainInterfaceType("dma.IDebtSweepGrain")]
[Alias("dma.IDebtSweepGrain")]
internal interface IDebtSweepGrain : IGrainWithStringKey
{
    /// <summary>Starts a sweep, or another one after the current one; does not wait for its end.</summary>
    [Alias("Sweep")]
    Task SweepAsync(CancellationToken cancellationToken = default);
}
