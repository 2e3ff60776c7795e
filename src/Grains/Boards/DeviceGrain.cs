using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;

namespace DmaGrains.Grains.Boards;

/// <summary>Stores one device.</summary>
[GrainType("dma-device")]
internal sealed class DeviceGrain(
    [PersistentState("device", StorageNames.Default)] IPersistentState<DeviceRecord> storage) : Grain, IDeviceForGrains
{
    private string Name => GrainKeys.NameOf(this.GetPrimaryKeyString());

    public async Task<DmaResult<Device>> RegisterAsync(Device device, CancellationToken cancellationToken)
    {
        if (device is null)
        {
            return DmaResult.Refuse<Device>(Refusal.Null(nameof(device)));
        }

        if (device.Check() is { } refusal)
        {
            return DmaResult.Refuse<Device>(refusal);
        }

        if (device.Name != Name)
        {
            return DmaResult.Refuse<Device>(Refusal.Of(
                Errno.EINVAL, "Name", $"This grain is the device {Name}, not {device.Name}."));
        }

        if (storage.State.Device != device)
        {
            await storage.WriteAsync(new() { Device = device }, DeactivateOnIdle);
        }

        return DmaResult.Grant(device);
    }

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (storage.State.Device is not null)
        {
            await storage.WriteAsync(new() { Device = null }, DeactivateOnIdle);
        }
    }

    public Task<DmaResult<Device>> GetAsync(CancellationToken cancellationToken) => Task.FromResult(
        storage.State.Device is { } device
            ? DmaResult.Grant(device)
            : DmaResult.Refuse<Device>(DmaBuffer.NoDevice(Name)));
}
