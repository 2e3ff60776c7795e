using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Buffers;

/// <content>What a mapping does silently to its own importer.</content>
public sealed partial record DmaBuffer
{
    /// <summary>What is wrong with a mapping; each kind and limit of an attachment is reported once.</summary>
    private IEnumerable<Hazard> HazardsOf(Mapping mapping, SgTable table, Attachment attachment)
    {
        Hazard?[] found = mapping.Access == BufferAccess.Pfns ? [WithoutPages(attachment)]
            : mapping.Mapped is { } mapped
            ? [WithoutPages(attachment), BrokenBy(SegmentsViolation(mapping, table, attachment), attachment), BouncedBy(mapping, attachment), ReadsPages(mapped, attachment)]
            : [WithoutPages(attachment), BrokenBy(SegmentCheck.FirstViolation(table, attachment.Takes, attachment.Device, mapping.Windows), attachment)];
        return found.OfType<Hazard>().Where(IsNew);
    }

    private bool IsNew(Hazard hazard) => !Hazards.Any(known =>
        known.Kind == hazard.Kind && known.Attachment == hazard.Attachment && known.Field == hazard.Field);

    private static Refusal? SegmentsViolation(Mapping mapping, SgTable table, Attachment attachment) =>
        SegmentCheck.FirstViolation(mapping.ToSegments(table).AsSpan(), attachment.Takes, attachment.Device);

    private static Hazard? BrokenBy(Refusal? violation, Attachment attachment) => violation is null
        ? null
        : new(
            HazardKind.ListBreaksLimit, attachment.Device, attachment.Name, violation.Field!, violation.Needed ?? 0,
            violation.Limit ?? 0, $"{attachment.Device} was handed a list it cannot use: {violation.Reason}");

    private Hazard? BouncedBy(Mapping mapping, Attachment attachment)
    {
        var bounces = mapping.Mapped!.Bounces;
        if (!bounces.IsEmpty && !attachment.Windows.IsEmpty)
        {
            return new(
                HazardKind.Bounced, attachment.Device, attachment.Name, nameof(Device.Windows), mapping.Storage.HighestAddress,
                attachment.ReachesTo,
                $"{attachment.Device} {attachment.Reach} and was given a copy of {Counted.Of((ulong)bounces.Length, "piece")} of {Name} beyond that: what it writes arrives at the unmap, what others write meanwhile does not.");
        }

        return bounces.IsEmpty
            ? null
            : new(
                HazardKind.Bounced, attachment.Device, attachment.Name, "DmaMask", mapping.Storage.HighestAddress,
                attachment.HighestAddress,
                $"{attachment.Device} was given a copy of {Counted.Of((ulong)bounces.Length, "piece")} of {Name} above 0x{attachment.HighestAddress:x}: what it writes arrives at the unmap, what others write meanwhile does not.");
    }

    private Hazard? WithoutPages(Attachment attachment) =>
        attachment.Traits.HasFlag(AttachmentTraits.NeedsStructPage)
        && Regions.FirstOrDefault(region => !region.Kind.HasStructPages()) is { } bare
            ? new(
                HazardKind.NoStructPages, attachment.Device, attachment.Name, nameof(Device.NeedsStructPage), 1, 0,
                $"{attachment.Device} dereferences the pages of {Name}; it lies in {bare.Name}, which has none.")
            : null;

    private Hazard? ReadsPages(DmaMapped mapped, Attachment attachment) =>
        mapped.Stages.IsEmpty || !attachment.Traits.HasFlag(AttachmentTraits.NeedsStructPage)
            ? null
            : new(
                HazardKind.PagesReadBehindTranslation, attachment.Device, attachment.Name, nameof(AttachmentTraits.NeedsStructPage),
                1, 0, $"{attachment.Device} takes the pages of {Name} for addresses, and stands behind {mapped.Stages[^1].Stage}.");

    /// <summary>A translation that stays until something flushes it (thread #25).</summary>
    private Hazard? LeftBehindBy(Mapping mapping)
    {
        if (mapping.Mapped is not { } mapped || mapped.Stages.LastOrDefault(stage => stage.IsLazy) is not { IsLazy: true } lazy)
        {
            return null;
        }

        var device = HolderOf(mapping);
        var hazard = new Hazard(
            HazardKind.StaleTranslation, device, mapping.Attachment, "Reuse", lazy.Range.First.Value, 0,
            $"{device} may still reach {Name} through {lazy.Range.First} until {lazy.Stage} is flushed.");
        return IsNew(hazard) ? hazard : null;
    }

    /// <summary>A device that captures line by line needs segments for each line (thread #56); EINVAL when they are too many.</summary>
    private Refusal? TooManyPerLine(Mapping mapping, SgTable table, Attachment attachment)
    {
        if (mapping.Access == BufferAccess.Pfns || !ChecksLimits || LinesOf(attachment.Traits) is not { } lines)
        {
            return null;
        }

        var count = lines.SegmentCount(mapping.ToSegments(table).AsSpan());
        var most = attachment.Takes.MaxSegmentCount;
        return count <= most
            ? null
            : new(
                Errno.EINVAL, attachment.Device, nameof(DmaConstraints.MaxSegmentCount), count, most,
                $"{attachment.Device} takes at most {Counted.Of(most, "segment")}; {Counted.Of(lines.Height, "line")} of {Name} take {count}.");
    }

    /// <summary>The lines that a device captures one by one; null when it does not, or the buffer has none.</summary>
    private VideoLines? LinesOf(AttachmentTraits traits) =>
        traits.HasFlag(AttachmentTraits.SegmentsPerLine) ? Origin.Lines : null;
}
