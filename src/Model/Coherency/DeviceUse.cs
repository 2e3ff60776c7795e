using DmaGrains.Model.Buffers;

namespace DmaGrains.Model.Coherency;

/// <summary>One live mapping, as the CPU's caches are concerned.</summary>
/// <param name="Coherent">Whether the device's accesses snoop the caches.</param>
/// <param name="Direction">Which way data moves.</param>
/// <param name="Turn">Whose turn it is with this mapping.</param>
public readonly record struct DeviceUse(bool Coherent, DmaDirection Direction, MappingTurn Turn = MappingTurn.Device)
{
    /// <summary>Whether it changes memory behind the caches' back.</summary>
    public bool WritesUnseen => !Coherent && Direction != DmaDirection.ToDevice;

    /// <summary>Whether it sees what the CPU's caches have.</summary>
    public bool ReadsThroughCaches => Coherent && Direction != DmaDirection.FromDevice;

    /// <summary>Whether the CPU has to keep off: the device goes past the caches, and it is its turn.</summary>
    public bool KeepsCpuOff => !Coherent && Turn == MappingTurn.Device;

    /// <summary>Whether the cache work of its map is still to be done.</summary>
    public bool IsOwed => Turn == MappingTurn.Owed;
}
