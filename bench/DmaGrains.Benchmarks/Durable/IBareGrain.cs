namespace DmaGrains.Benchmarks.Durable;

/// <summary>What a durable command costs at least: two strings come in, an entry is appended, four numbers go out.</summary>
[Alias("dma.bench.IBareGrain")]
public interface IBareGrain : IGrainWithStringKey
{
    [Alias("Append")]
    Task<BareReply> AppendAsync(string attachment, string device);
}
