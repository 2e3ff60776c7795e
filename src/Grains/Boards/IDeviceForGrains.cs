using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Devices;

namespace DmaGrains.Grains.Boards;

/// <summary>A device, for its board. No client can call it.</summary>
[GrainInterfaceType("dma.IDeviceForGrains")]
[Alias("dma.IDeviceForGrains")]
internal interface IDeviceForGrains : IDeviceGrain
{
    /// <summary>
    /// Adds the device to its board, or changes it. For the board, which also informs all silos; callers use
    /// <see cref="IBoardGrain.SetDeviceAsync"/>.
    /// </summary>
    /// <returns>EINVAL.</returns>
    [Alias("Register")]
    Task<DmaResult<Device>> RegisterAsync(Device device, CancellationToken cancellationToken = default);

    /// <summary>Removes the device from its board. For the board, which also informs all silos.</summary>
    [Alias("Remove")]
    Task RemoveAsync(CancellationToken cancellationToken = default);
}
