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
    /// Puts the device on its board or changes its facts. For the board, which also tells all silos: use
    /// <see cref="IBoardGrain.SetDeviceAsync"/>.
    /// </summary>
    /// <returns>EINVAL.</returns>
    [Alias("Register")]
    Task<DmaResult<Device>> RegisterAsync(Device device);

    /// <summary>Takes the device off its board. For the board, which also tells all silos.</summary>
    [Alias("Remove")]
    Task RemoveAsync();

    /// <summary>The device.</summary>
    /// <returns>ENODEV.</returns>
    [ReadOnly]
    [Alias("Get")]
    Task<DmaResult<Device>> GetAsync();
}
