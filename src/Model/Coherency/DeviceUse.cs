using DmaGrains.Model.Buffers;

namespace DmaGrains.Model.Coherency;

/// <summary>One live mapping, as the CPU's caches are concerned.</summary>
/// <param name="Coherent">Whether the device's accesses snoop the caches.</param>
/// <param name="Direction">Which way data moves.</param>
public readonly record struct DeviceUse(bool Coherent, DmaDirection Direction)
{
    /// <summary>Whether it changes memory behind the caches' back.</summary>
    public bool WritesUnseen => !Coherent && Direction != DmaDirection.ToDevice;

    /// <summary>Whether it sees what the CPU's caches have.</summary>
    public bool ReadsThroughCaches => Coherent && Direction != DmaDirection.FromDevice;
}
