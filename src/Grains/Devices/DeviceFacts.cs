using System.Collections.Concurrent;
using DmaGrains.Model.Devices;

namespace DmaGrains.Grains.Devices;

/// <summary>The devices that a silo's buffers have asked for: one copy for all of them, until the board says that one has changed.</summary>
/// <remarks>Any thread may call it. See <c>docs/decisions/0014</c>.</remarks>
internal sealed class DeviceFacts
{
    /// <summary>Most devices that are kept; when there would be more, all are asked for anew.</summary>
    public const int DevicesMax = 100_000;

    private readonly ConcurrentDictionary<(string Board, string Device), Device> _devices = new();
    private readonly Lock _writing = new();
    private long _changes;

    /// <summary>Counts what was forgotten; note it before a device is asked.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>A device that is known; null when it is to be asked.</summary>
    public Device? Find(string board, string device) => _devices.GetValueOrDefault((board, device));

    /// <summary>Keeps an answer, unless anything was forgotten since it was asked for: it may be old.</summary>
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
