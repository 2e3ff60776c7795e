using DmaGrains.Model.Buffers;

namespace DmaGrains.Reports;

/// <summary>
/// The segments that are shorter than a device prefers, which is a wish and not a limit (thread #10). Behind an MMU, this counts the runs
/// of pages that it joins.
/// </summary>
/// <param name="Device">The device.</param>
/// <param name="PreferredSegmentSize">The preferred shortest segment, in bytes.</param>
/// <param name="ShorterCount">The number of shorter segments, except for the last one, which ends with the buffer.</param>
/// <param name="SegmentCount">The number of all segments.</param>
public sealed record WishReport(string Device, uint PreferredSegmentSize, int ShorterCount, int SegmentCount)
{
    /// <summary>The report of a mapping that does not meet the device's preference; null when it does, and for raw access.</summary>
    /// <param name="buffer">The buffer, with the attachment that was mapped.</param>
    /// <param name="mapping">The mapping, live or from a trial.</param>
    public static WishReport? Of(DmaBuffer buffer, Mapping mapping)
    {
        var attachment = buffer.Attachments.Find(mapping.Attachment);
        if (attachment is not { PreferredSegmentSize: not 0 and var wish } || mapping.Access != BufferAccess.Map)
        {
            return null;
        }

        var lengths = mapping.Mapped is { Stages.IsEmpty: false } ? RunsOf(mapping) : [.. mapping.ToSegments().Select(segment => (ulong)segment.LengthBytes)];
        var shorter = lengths.Take(lengths.Count - 1).Count(length => length < wish);
        return shorter == 0 ? null : new(attachment.Device, wish, shorter, lengths.Count);
    }

    /// <summary>The sizes of the runs of pages in bytes; adjacent ones are joined.</summary>
    private static List<ulong> RunsOf(Mapping mapping)
    {
        var lengths = new List<ulong>();
        ulong? end = null;
        foreach (var extent in mapping.Storage.Extents)
        {
            if (extent.FirstPfn == end)
            {
                lengths[^1] += extent.SizeBytes;
            }
            else
            {
                lengths.Add(extent.SizeBytes);
            }

            end = extent.EndPfn;
        }

        return lengths;
    }
}
