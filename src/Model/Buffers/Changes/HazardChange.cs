using Orleans;

namespace DmaGrains.Model.Buffers.Changes;

/// <summary>A hazard that was added or counted again.</summary>
/// <param name="Index">Its place in <see cref="DmaBuffer.Hazards"/>, from 0.</param>
/// <param name="Hazard">
/// The hazard. Without <see cref="Hazard.First"/> where that follows: it is what stood at the place when the hazard was counted for the
/// second time, and stays.
/// </param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.hazard-change")]
public readonly record struct HazardChange(int Index, Hazard Hazard);
