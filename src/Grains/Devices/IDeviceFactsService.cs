using System.Collections.Immutable;
using Orleans.Services;

namespace DmaGrains.Grains.Devices;

/// <summary>A silo's <see cref="DeviceCache"/>, as other silos reach it.</summary>
[Alias("dma.IDeviceFactsService")]
internal interface IDeviceFactsService : IGrainService
{
    /// <summary>The silo forgets devices of a board before this returns.</summary>
    [Alias("ForgetAll")]
    Task ForgetAsync(string board, ImmutableArray<string> devices, CancellationToken cancellationToken = default);
}
