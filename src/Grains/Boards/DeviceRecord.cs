using DmaGrains.Model.Devices;

namespace DmaGrains.Grains.Boards;

/// <summary>The stored state of a device.</summary>
[GenerateSerializer, Alias("dma.stored.device")]
public sealed class DeviceRecord
{
    /// <summary>The device; null before it is registered.</summary>
    [Id(0)]
    public Device? Device { get; init; }
}
