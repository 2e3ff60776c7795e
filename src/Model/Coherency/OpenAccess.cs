using DmaGrains.Model.Buffers;
using Orleans;

namespace DmaGrains.Model.Coherency;

/// <summary>A CPU access that has begun and not ended.</summary>
/// <param name="Name">The caller's name for it, unique among those open.</param>
/// <param name="Direction">From the device to read, to the device to write, or both.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.open-access")]
public readonly record struct OpenAccess(string Name, DmaDirection Direction)
{
    /// <summary>Whether the CPU said that it reads.</summary>
    public bool Reads => Direction != DmaDirection.ToDevice;

    /// <summary>Whether the CPU said that it writes.</summary>
    public bool Writes => Direction != DmaDirection.FromDevice;
}
