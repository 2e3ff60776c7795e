using System.Collections.Concurrent;
using DmaGrains.Model.Devices;

namespace DmaGrains.Grains.Devices;

/// <summary>The devices that a silo's buffers have asked for: cached once for all of them, until the board says that one has changed.</summary>
/// <remarks>Thread-safe. See <c>docs/decisions/0014</c>.</remarks>
internal sealed class DeviceCache
{
    /// <summary>Most cached devices; beyond that the cache is emptied.</summary>
    public const int DevicesMax = 100_000;

    private readonly ConcurrentDictionary<(string Board, string Device), Device> _devices = new();
    private readonly Lock _writing = new();
    private long _changes;

    /// <summary>Counts forgotten devices; read it before asking a device.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>A cached device; null when it must be asked.</summary>
    public Device? Find(string board, string device) => _devices.GetValueOrDefault((board, device));

    /// <summary>Caches an answer, unless a device was forgotten since the question: the answer may be old.</summary>
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
