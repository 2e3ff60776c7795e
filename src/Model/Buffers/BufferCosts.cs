using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>What a buffer's life has cost so far.</summary>
/// <param name="Migrations">How often its storage moved.</param>
/// <param name="BytesCopied">Bytes copied by those moves.</param>
/// <param name="ListsBuilt">Scatterlists built.</param>
[GenerateSerializer, Immutable, Alias("dma.costs")]
public readonly record struct BufferCosts(uint Migrations, ulong BytesCopied, ulong ListsBuilt)
{
    /// <summary>Times that dirty cache lines were written back for a device.</summary>
    [Id(0)]
    public ulong CacheCleans { get; init; }

    /// <summary>Times that cache lines were thrown away because a device may have written.</summary>
    [Id(1)]
    public ulong CacheInvalidates { get; init; }

    /// <summary>Times that neither was needed, because another mapping had already done it (thread #12).</summary>
    [Id(2)]
    public ulong CacheWorkSaved { get; init; }

    /// <summary>Pieces of lists that were bounced.</summary>
    [Id(3)]
    public ulong Bounces { get; init; }

    /// <summary>Bytes of the bounced pieces, each counted once.</summary>
    [Id(4)]
    public ulong BytesBounced { get; init; }
}
