using DmaGrains.Model;
using DmaGrains.Model.Devices;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>One device of a board; key <c>board/device</c>.</summary>
[GrainInterfaceType("dma.IDeviceGrain")]
[Alias("dma.IDeviceGrain")]
public interface IDeviceGrain : IGrainWithStringKey
{
    /// <summary>
    /// Adds the device to its board, or changes it. For the board, which also informs all silos; callers use
    /// <see cref="IBoardGrain.SetDeviceAsync"/>.
    /// </summary>
    /// <returns>EINVAL.</returns>
    [Alias("Register")]
    Task<DmaResult<Device>> RegisterAsync(Device device);

    /// <summary>Removes the device from its board. For the board, which also informs all silos.</summary>
    [Alias("Remove")]
    Task RemoveAsync();

    /// <summary>The device.</summary>
    /// <returns>ENODEV.</returns>
    [ReadOnly]
    [Alias("Get")]
    Task<DmaResult<Device>> GetAsync();
}
