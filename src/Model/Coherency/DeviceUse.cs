using DmaGrains.Model.Buffers;

namespace DmaGrains.Model.Coherency;

/// <summary>One live mapping, as far as the CPU's caches are concerned.</summary>
/// <param name="Coherent">Whether the device's accesses snoop the caches.</param>
/// <param name="Direction">Which way data moves.</param>
/// <param name="Turn">Who may use the buffer through this mapping.</param>
public readonly record struct DeviceUse(bool Coherent, DmaDirection Direction, MappingTurn Turn = MappingTurn.Device)
{
    /// <summary>Whether the device may write memory past the caches.</summary>
    public bool WritesUnseen => !Coherent && Direction != DmaDirection.ToDevice;

    /// <summary>Whether the device reads through the CPU's caches.</summary>
    public bool ReadsThroughCaches => Coherent && Direction != DmaDirection.FromDevice;

    /// <summary>Whether it is the device's turn: it owns the buffer then, also where it snoops (thread #32).</summary>
    public bool IsDevicesTurn => Turn == MappingTurn.Device;

    /// <summary>Whether the mapping excludes the CPU: it is the device's turn, and the device bypasses the caches.</summary>
    public bool KeepsCpuOff => !Coherent && IsDevicesTurn;

    /// <summary>Whether the cache work of its map is still to be done.</summary>
    public bool IsOwed => Turn == MappingTurn.Owed;
}
