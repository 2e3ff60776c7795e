using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>Something the kernel would let happen silently, on record until the buffer is gone.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Importer">The device whose limit is broken.</param>
/// <param name="Attachment">Its attachment; empty when it got none.</param>
/// <param name="Field">The limit, such as <c>MaxSegmentCount</c>.</param>
/// <param name="Needed">What the list has, in the field's unit.</param>
/// <param name="Limit">What the device takes.</param>
/// <param name="Reason">One sentence for people.</param>
/// <param name="Unstated">The limit that nobody stated and the kernel assumes; none when all were stated.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.hazard")]
public sealed record Hazard(
    HazardKind Kind,
    string Importer,
    string Attachment,
    string Field,
    ulong Needed,
    ulong Limit,
    string Reason,
    UnstatedLimits Unstated = UnstatedLimits.None);
