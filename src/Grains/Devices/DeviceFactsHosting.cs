using Microsoft.Extensions.DependencyInjection;

namespace DmaGrains.Grains.Devices;

/// <summary>Puts what the grains share within a silo into it.</summary>
public static class DeviceFactsHosting
{
    /// <summary>Adds a silo's memory of devices, without which no buffer activates.</summary>
    public static ISiloBuilder AddDeviceFacts(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<DeviceFacts>();
        silo.Services.AddSingleton<DeviceFactsClient>();
        return silo.AddGrainService<DeviceFactsService>();
    }
}
