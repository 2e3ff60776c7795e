using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>For whom the DMA addresses of a list were made that others walk, too.</summary>
/// <param name="Mapping">The <see cref="Buffers.Mapping.Sequence"/> of the mapping that made them; it may be ended before the others.</param>
/// <param name="Device">The device.</param>
/// <param name="Iommu">The MMU of its own, or null.</param>
/// <param name="BusMmu">The MMU between its bus and memory, or null.</param>
[GenerateSerializer, Immutable, Alias("dma.address-owner")]
public sealed record AddressOwner(ulong Mapping, string Device, string? Iommu, string? BusMmu)
{
    /// <summary>How its bus sees memory, where no MMU stands in between.</summary>
    [Id(0)]
    public DmaWindows Windows { get; init; }
}
