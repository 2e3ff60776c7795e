namespace DmaGrains.Grains.Buffers.Debts;

/// <summary>Looks for buffers that owe something, on all boards; key <c>debts:</c>. Silos call it.</summary>
[GrainInterfaceType("dma.IDebtSweepGrain")]
[Alias("dma.IDebtSweepGrain")]
internal interface IDebtSweepGrain : IGrainWithStringKey
{
    /// <summary>Begins to look, once more if it is at it; does not wait for the end.</summary>
    [Alias("Sweep")]
    Task SweepAsync();
}
