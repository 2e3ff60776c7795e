using Orleans.Services;

namespace DmaGrains.Grains.Devices;

/// <summary>A silo's <see cref="DeviceFacts"/>, as other silos reach it.</summary>
[Alias("dma.IDeviceFactsService")]
internal interface IDeviceFactsService : IGrainService
{
    /// <summary>The silo forgets a device before this returns.</summary>
    [Alias("Forget")]
    Task ForgetAsync(string board, string device);
}
