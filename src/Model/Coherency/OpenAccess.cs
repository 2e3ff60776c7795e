using DmaGrains.Model.Buffers;
using Orleans;

namespace DmaGrains.Model.Coherency;

/// <summary>A CPU access that has begun and not ended.</summary>
/// <param name="Name">The caller's name for it, unique among open accesses.</param>
/// <param name="Direction">FromDevice to read, ToDevice to write, Bidirectional for both.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.open-access")]
public readonly record struct OpenAccess(string Name, DmaDirection Direction)
{
    /// <summary>Whether the access was declared to read.</summary>
    public bool Reads => Direction != DmaDirection.ToDevice;

    /// <summary>Whether the access was declared to write.</summary>
    public bool Writes => Direction != DmaDirection.FromDevice;
}
