using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>How full a region is. ReservedBytes + HeldBytes + FreeBytes = SizeBytes.</summary>
/// <param name="Name">The region.</param>
/// <param name="Kind">What kind of memory it is.</param>
/// <param name="FirstAddress">Address of its first byte.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="ReservedBytes">Held by the kernel from the start.</param>
/// <param name="HeldBytes">Held by buffers.</param>
/// <param name="FreeBytes">Free.</param>
/// <param name="LargestFreeBytes">
/// The longest free run. A system zone may hand it out in several blocks (<see cref="MemoryRegionLayout.SystemBlockPages"/>).
/// </param>
/// <param name="FreeRunCount">How many free runs there are.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.region-use")]
public sealed record RegionUse(
    string Name,
    MemoryKind Kind,
    ulong FirstAddress,
    ulong SizeBytes,
    ulong ReservedBytes,
    ulong HeldBytes,
    ulong FreeBytes,
    ulong LargestFreeBytes,
    int FreeRunCount);
