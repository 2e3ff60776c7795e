using DmaGrains.Model.Buffers;

namespace DmaGrains.Reports;

/// <summary>
/// Segments that are shorter than a device would like: a wish, no limit (thread #10). Behind an MMU that joins them, the runs of pages
/// that it joins.
/// </summary>
/// <param name="Device">The device.</param>
/// <param name="PreferredSegmentSize">Segments it would like to be no shorter, in bytes.</param>
/// <param name="ShorterCount">Segments that are. The last one is none of them: it ends where the buffer does.</param>
/// <param name="SegmentCount">Of so many.</param>
public sealed record WishReport(string Device, uint PreferredSegmentSize, int ShorterCount, int SegmentCount)
{
    /// <summary>What a device would have liked better of a mapping; null when nothing, and for raw access.</summary>
    /// <param name="buffer">The buffer, with the attachment that was mapped.</param>
    /// <param name="mapping">The mapping, which need not be held.</param>
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

    /// <summary>Bytes of each run of pages, those that touch as one.</summary>
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
