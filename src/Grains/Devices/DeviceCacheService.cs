using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Grains.Devices;

/// <summary>Lets other silos remove devices from this silo's cache. Starts before the silo's first grain.</summary>
internal sealed class DeviceCacheService(GrainId id, Silo silo, ILoggerFactory loggers, DeviceCache facts)
    : GrainService(id, silo, loggers), IDeviceCacheService
{
    public Task ForgetAsync(string board, ImmutableArray<string> devices, CancellationToken cancellationToken)
    {
        foreach (var device in devices)
        {
            facts.Forget(board, device);
        }

        return Task.CompletedTask;
    }
}
