using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>The stored state of a bounce pool, apart from its size and its bounces.</summary>
/// <param name="NextSlot">The slot at which the next search starts.</param>
/// <param name="BounceCount">Bounces made since the start.</param>
/// <param name="BouncedBytes">Bytes of data bounced since the start.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.pool-state")]
public readonly record struct SwiotlbPoolState(int NextSlot, ulong BounceCount, ulong BouncedBytes);
