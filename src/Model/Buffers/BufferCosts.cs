using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>What a buffer's life has cost so far.</summary>
/// <param name="Migrations">How often its storage moved.</param>
/// <param name="BytesCopied">Bytes copied by those moves.</param>
/// <param name="ListsBuilt">Scatterlists built.</param>
[GenerateSerializer, Immutable, Alias("dma.costs")]
public readonly record struct BufferCosts(uint Migrations, ulong BytesCopied, ulong ListsBuilt);
