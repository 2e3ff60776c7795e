using System.Collections.Immutable;
using Orleans.Services;

namespace DmaGrains.Grains.Devices;

/// <summary>Gives other silos access to a silo's <see cref="DeviceCache"/>.</summary>
[Alias("dma.IDeviceCacheService")]
internal interface IDeviceCacheService : IGrainService
{
    /// <summary>Forgets devices of a board.</summary>
    [Alias("ForgetAll")]
    Task ForgetAsync(string board, ImmutableArray<string> devices, CancellationToken cancellationToken = default);
}
