namespace DmaGrains.Silo.Tests.Storage;

/// <summary>A state to store.</summary>
[GenerateSerializer, Alias("dma.test.note")]
public sealed class Note
{
    [Id(0)]
    public byte[] Bytes { get; set; } = [];
}
