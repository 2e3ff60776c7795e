using DmaGrains.Interfaces;

namespace DmaGrains.Grains.Buffers;

/// <summary>A buffer, for its silo. No client can call it.</summary>
[GrainInterfaceType("dma.IDmaBufferForGrains")]
[Alias("dma.IDmaBufferForGrains")]
internal interface IDmaBufferForGrains : IDmaBufferGrain
{
    /// <summary>
    /// Gives back the pages and addresses that the buffer owes, if any. Every command does this at its end, and so does the activation
    /// of a buffer whose command was interrupted; silos call this to cause that activation.
    /// </summary>
    [Alias("Settle")]
    Task SettleAsync(CancellationToken cancellationToken = default);
}
