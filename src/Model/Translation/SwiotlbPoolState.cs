using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>The stored state of a bounce pool, apart from its size and its bounces.</summary>
/// <param name="NextSlot">The slot at which the next search of the first area begins.</param>
/// <param name="BounceCount">Bounces made since the start.</param>
/// <param name="BouncedBytes">Bytes of data bounced since the start.</param>
/// <param name="Later">Where the searches of the other areas begin.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.pool-state")]
public readonly record struct SwiotlbPoolState(int NextSlot, ulong BounceCount, ulong BouncedBytes, AreaPositions Later = default)
{
    /// <summary>Where the next search of an area begins, in slots from its start.</summary>
    /// <param name="area">The area's number, from 0.</param>
    public int NextIn(int area) => area == 0 ? NextSlot : Later.Of(area - 1);

    /// <summary>The state with another place for an area's next search.</summary>
    /// <param name="area">The area's number, from 0.</param>
    /// <param name="next">Slots from its start.</param>
    public SwiotlbPoolState WithNext(int area, int next) => area == 0 ? this with { NextSlot = next } : this with { Later = Later.With(area - 1, next) };
}
