using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Buffers;

/// <summary>Bits for the hazards of an attachment, so that each is recorded once.</summary>
internal static class HazardMarks
{
    // These kinds have a bit for each limit; the others, except ByLuck, have one bit.
    private static readonly HazardKind[] _byField =
        [HazardKind.ListBreaksLimit, HazardKind.Bounced, HazardKind.ExportersAddresses, HazardKind.SharedAddresses];

    private static readonly string[] _fields =
    [
        nameof(DmaConstraints.MaxSegmentCount), nameof(DmaConstraints.MaxSegmentSize), nameof(DmaConstraints.SegmentBoundaryMask),
        nameof(Device.DmaMask), nameof(Device.Windows), nameof(Device.Iommu), nameof(Device.BusMmu),
    ];

    /// <summary>The bit of a kind of hazard and the limit that it is about.</summary>
    /// <remarks>The only place that decides which limits share a bit, and so are told once together.</remarks>
    public static ulong Of(HazardKind kind, string field)
    {
        // ByLuck first had one bit, which now stands for the count.
        if (kind == HazardKind.ByLuck && field != nameof(DmaConstraints.MaxSegmentCount))
        {
            return field switch
            {
                nameof(DmaConstraints.MaxSegmentSize) => 1UL << 30,
                nameof(DmaConstraints.SegmentBoundaryMask) => 1UL << 31,
                _ => 1UL << 29,
            };
        }

        var group = Array.IndexOf(_byField, kind);
        if (group < 0)
        {
            return 1UL << (int)kind;
        }

        var index = Array.IndexOf(_fields, field);
        return 1UL << (32 + (group * 8) + (index < 0 ? _fields.Length : index));
    }
}
