using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>What is to be stored of a bounce pool beside its size and the bounces that hold slots.</summary>
/// <param name="NextSlot">The slot at which the next search starts.</param>
/// <param name="BounceCount">Bounces made since the start.</param>
/// <param name="BouncedBytes">Bytes of data bounced since the start.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.pool-state")]
public readonly record struct SwiotlbPoolState(int NextSlot, ulong BounceCount, ulong BouncedBytes);
