namespace DmaGrains.Benchmarks.Hosting;

/// <summary>A grain that does nothing: what a call costs before anything is done.</summary>
[Alias("dma.bench.IEmptyGrain")]
public interface IEmptyGrain : IGrainWithStringKey
{
    [Alias("Call")]
    Task CallAsync();
}
