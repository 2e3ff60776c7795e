using System.Collections.Concurrent;
using DmaGrains.Model.Devices;

namespace DmaGrains.Grains.Devices;

/// <summary>A silo's cache of devices, shared by all its buffers, until the board says that a device has changed.</summary>
/// <remarks>Thread-safe. See <c>docs/decisions/0014</c>.</remarks>
internal sealed class DeviceCache
{
    /// <summary>The most cached devices; beyond that the cache is emptied.</summary>
    public const int DevicesMax = 100_000;

    private readonly ConcurrentDictionary<(string Board, string Device), Device> _devices = new();
    private readonly Lock _writing = new();
    private long _changes;

    /// <summary>Counts forgotten devices; read it before asking a device.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>A cached device; null when its grain must be asked.</summary>
    public Device? Find(string board, string device) => _devices.GetValueOrDefault((board, device));

    /// <summary>Caches an answer, unless any device was forgotten since the question, so that the answer may be old.</summary>
    public void Keep(string board, Device device, long changesWhenAsked)
    {
        lock (_writing)
        {
            if (changesWhenAsked != _changes)
            {
                return;
            }

            if (_devices.Count >= DevicesMax)
            {
                _devices.Clear();
            }

            _devices[(board, device.Name)] = device;
        }
    }

    /// <summary>Forgets a device that has changed.</summary>
    public void Forget(string board, string device)
    {
        lock (_writing)
        {
            _changes++;
            _devices.TryRemove((board, device), out _);
        }
    }
}
