using DmaGrains.Model;
using DmaGrains.Model.Devices;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>One device of a board; key <c>board/device</c>.</summary>
[GrainInterfaceType("dma.IDeviceGrain")]
[Alias("dma.IDeviceGrain")]
public interface IDeviceGrain : IGrainWithStringKey
{
    /// <summary>The device.</summary>
    /// <returns>ENODEV.</returns>
    [ReadOnly]
    [Alias("Get")]
    Task<DmaResult<Device>> GetAsync(CancellationToken cancellationToken = default);
}
