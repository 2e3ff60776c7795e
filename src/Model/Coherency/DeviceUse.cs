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

    /// <summary>Whether the mapping excludes the CPU: the device bypasses the caches, and it is the device's turn.</summary>
    public bool KeepsCpuOff => !Coherent && Turn == MappingTurn.Device;

    /// <summary>Whether the cache work of its map is still to be done.</summary>
    public bool IsOwed => Turn == MappingTurn.Owed;
}
