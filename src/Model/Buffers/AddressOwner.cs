using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>The device for which a shared list's DMA addresses were made.</summary>
/// <param name="Mapping">The <see cref="Buffers.Mapping.Sequence"/> of the mapping that made the addresses; it may end before those that share them.</param>
/// <param name="Device">The device.</param>
/// <param name="Iommu">The device's own MMU, or null.</param>
/// <param name="BusMmu">The MMU between the device's bus and memory, or null.</param>
[GenerateSerializer, Immutable, Alias("dma.address-owner")]
public sealed record AddressOwner(ulong Mapping, string Device, string? Iommu, string? BusMmu)
{
    /// <summary>How the device's bus sees memory where no MMU stands in between.</summary>
    [Id(0)]
    public DmaWindows Windows { get; init; }
}
