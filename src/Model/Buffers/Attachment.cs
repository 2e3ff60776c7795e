using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A device's place in a buffer's list of importers.</summary>
/// <param name="Name">The caller's name for it, unique in the buffer.</param>
/// <param name="Device">The importing device.</param>
/// <param name="Demand">What the device asked for when it attached.</param>
/// <param name="HighestAddress">The last address the device reaches.</param>
/// <param name="Sequence">Counts the buffer's attaches from 0; gives the order of attaching.</param>
[GenerateSerializer, Immutable, Alias("dma.attachment")]
public sealed record Attachment(
    string Name, string Device, DmaConstraints Demand, ulong HighestAddress, uint Sequence);
