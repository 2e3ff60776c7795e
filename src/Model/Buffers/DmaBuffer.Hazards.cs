using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Buffers;

/// <content>What goes wrong silently for a mapping's own importer.</content>
public sealed partial record DmaBuffer
{
    /// <summary>Records what is wrong with a mapping.</summary>
    /// <remarks>
    /// The only place for hazards of a map; those of attaches, detaches, unmaps and CPU access are recorded where they happen, by
    /// <see cref="RecordHazard"/>.
    /// </remarks>
    private DmaBuffer RecordHazardsOf(Mapping mapping, SgTable table, Attachment attachment)
    {
        var noted = RecordHazard(WithoutPages(mapping, attachment));
        if (!IsWalkedAsItIs(mapping, attachment))
        {
            return noted;
        }

        var violation = mapping.Mapped is not null ? SegmentsViolation(mapping, table, attachment) : ListViolation(mapping, table, attachment);
        noted = violation is null ? noted.RecordLuck(mapping, attachment) : noted.RecordHazard(BrokenBy(violation, attachment));
        if (mapping.Mapped is { } mapped)
        {
            noted = noted.RecordHazard(BouncedBy(mapping, attachment)).RecordHazard(ReadsPages(mapped, attachment));
        }

        return noted.RecordHazard(WalksOthers(mapping, table, attachment)).RecordHazard(BeyondMask(mapping, attachment));
    }

    /// <summary>Bus addresses of a peer's memory are compared with nothing (drivers/dma-buf/dma-buf-mapping.c), so the device may be unable to form them.</summary>
    private Hazard? BeyondMask(Mapping mapping, Attachment attachment) =>
        mapping is { IsOfRanges: true, Mapped: null } && HighestAddressFor(attachment, mapping.Storage) is var highest && highest > attachment.HighestAddress
            ? BrokenBy(OutOfReach(attachment, mapping.Storage, mapping.MadeUnder), attachment)
            : null;

    /// <summary>Records a hazard: once for each kind and limit of an attachment, and once for each kind caused by the CPU.</summary>
    /// <remarks>
    /// The only place that decides whether a hazard is told, except that a revoke tells of each holder. How many are kept:
    /// <see cref="Hazard.With"/>.
    /// </remarks>
    private DmaBuffer RecordHazard(Hazard? found)
    {
        if (found is null)
        {
            return this;
        }

        if (Attachments.Find(found.Attachment) is not { } holder)
        {
            return found.Importer == CpuName && Hazards.Any(known => known.Kind == found.Kind && known.Importer == CpuName)
                ? this
                : this with { Hazards = Hazard.With(Hazards, found) };
        }

        return holder.HasOnRecord(found.Kind, found.Field)
            ? this
            : this with
            {
                Hazards = Hazard.With(Hazards, found),
                Attachments = Attachments.With(holder with { OnRecord = holder.OnRecord | HazardMarks.Of(found.Kind, found.Field) }),
            };
    }

    /// <summary>The first of the device's limits that the list breaks. The limits it was made under need no check: they were just asserted.</summary>
    private Refusal? ListViolation(Mapping mapping, SgTable table, Attachment attachment) =>
        WalkedThrough(mapping, attachment) is { IsEmpty: false } windows
            ? SegmentCheck.FirstViolation(table, Judging(attachment.Takes, attachment, table, windows), attachment.Device, windows)
        : mapping.MadeUnder.IsWithin(attachment.Takes) ? null
        : SegmentCheck.FirstViolation(table, Judging(attachment.Takes, attachment, table, default), attachment.Device);

    private Refusal? SegmentsViolation(Mapping mapping, SgTable table, Attachment attachment)
    {
        var segments = mapping.ToSegments(table);
        var takes = segments.Length > 1 && attachment.Traits.HasFlag(AttachmentTraits.Contiguous)
            ? ContiguousRun.Judging(attachment.Takes, SizeBytes, ContiguousRun.Of(segments))
            : attachment.Takes;
        return SegmentCheck.FirstViolation(segments.AsSpan(), takes, attachment.Device);
    }

    private static Hazard BrokenBy(Refusal violation, Attachment attachment)
    {
        var named = violation.ExplainUnstated(attachment.Unstated);
        return new(
            HazardKind.ListBreaksLimit, attachment.Device, attachment.Name, named.Field!, named.Needed ?? 0, named.Limit ?? 0,
            $"{attachment.Device} was handed a list it cannot use: {named.Reason}", named.Unstated);
    }

    /// <summary>Addresses made for another device that lead elsewhere for this one (thread #12).</summary>
    private Hazard? WalksOthers(Mapping mapping, SgTable table, Attachment attachment)
    {
        if (mapping.Addresses is not { } owner || owner.Device == attachment.Device)
        {
            return null;
        }

        var kind = Policy.Lists == ListSharing.Exporters ? HazardKind.ExportersAddresses : HazardKind.SharedAddresses;
        var (theirs, its) = (PathOf(owner.Iommu, owner.BusMmu), PathOf(attachment.Iommu, attachment.BusMmu));
        if (theirs != its)
        {
            var first = mapping.ToSegments(table)[0].Address;
            return new(
                kind, attachment.Device, attachment.Name, owner.Iommu != attachment.Iommu ? nameof(Device.Iommu) : nameof(Device.BusMmu),
                first.Value, 0,
                $"{attachment.Device} walks {first}, the DMA address of {owner.Device} {theirs}; {attachment.Device} is {its}, where that address leads elsewhere or nowhere.");
        }

        if (!attachment.IsTranslated && mapping.Mapped is not { Stages.IsEmpty: false })
        {
            return Elsewhere(mapping, table, attachment) is { } at
                ? new(
                    kind, attachment.Device, attachment.Name, nameof(Device.Windows), at.Value, 0,
                    $"{attachment.Device} walks {at}, the bus address of {owner.Device}; the bus of {attachment.Device} sees that memory at another address.")
                : mapping.Mapped is not null ? CopyBeyond(mapping, table, attachment) is { } copy ? Beyond(copy) : null
                : Reaches(attachment, mapping.Storage, mapping.MadeUnder) ? null
                : Beyond(OutOfReach(attachment, mapping.Storage, mapping.MadeUnder));
        }

        var last = mapping.ToSegments(table).Max(segment => segment.Address.Value + (segment.LengthBytes - 1));
        return last <= attachment.HighestAddress
            ? null
            : Beyond(new(
                Errno.EIO, attachment.Device, nameof(Device.DmaMask), last, attachment.HighestAddress,
                $"{attachment.Device} reaches addresses up to 0x{attachment.HighestAddress:x}; the list goes up to 0x{last:x}."));

        Hazard Beyond(Refusal refusal) => new(
            kind, attachment.Device, attachment.Name, refusal.Field!, refusal.Needed ?? 0, refusal.Limit ?? 0,
            $"{attachment.Device} was handed the list that was mapped for {owner.Device}: {refusal.Reason}");
    }

    /// <summary>EIO for the first segment that another device does not reach, in a list with bounced segments; null when it reaches all.</summary>
    private static Refusal? CopyBeyond(Mapping mapping, SgTable table, Attachment attachment) => mapping.ToSegments(table)
        .Select((segment, index) => attachment.Reach.CheckSegment(attachment.Device, index, segment.Address.Value, segment.LengthBytes))
        .FirstOrDefault(refusal => refusal is not null);

    /// <summary>The first address of a list that the device's own bus windows would translate differently; null when there is none.</summary>
    private static Iova? Elsewhere(Mapping mapping, SgTable table, Attachment attachment)
    {
        if (mapping.Windows == attachment.SeenThrough)
        {
            return null;
        }

        var itsOwn = MappedSegments.Of(table, attachment.Takes, mapping.Mapped, attachment.SeenThrough);
        return mapping.ToSegments(table).Zip(itsOwn)
            .Where(pair => pair.First.Address != pair.Second.Address)
            .Select(pair => (Iova?)pair.First.Address)
            .FirstOrDefault();
    }

    /// <summary>The MMUs on the path to memory, in words; equal words mean the same path.</summary>
    private static string PathOf(string? iommu, string? busMmu) => (iommu, busMmu) switch
    {
        (null, null) => "without an MMU",
        ({ } own, null) => $"behind {own}",
        (null, { } bus) => $"behind {bus}",
        ({ } own, { } bus) => $"behind {own} and {bus}",
    };

    private Hazard? BouncedBy(Mapping mapping, Attachment attachment)
    {
        var bounces = mapping.Mapped!.Bounces;
        if (!bounces.IsEmpty && attachment.Pool is { } pool)
        {
            return new(
                HazardKind.Bounced, attachment.Device, attachment.Name, SwiotlbPool.PoolField, (ulong)bounces.Length, 0,
                $"Everything is copied for {attachment.Device} through {pool}, here {Counted.Of((ulong)bounces.Length, "piece")} of {Name}: its writes become visible at the unmap, writes by others in the meantime do not.");
        }

        if (!bounces.IsEmpty && !attachment.Windows.IsEmpty)
        {
            return new(
                HazardKind.Bounced, attachment.Device, attachment.Name, nameof(Device.Windows), mapping.Storage.HighestAddress,
                attachment.ReachesTo,
                $"{attachment.Device} {attachment.Reach} and was given a copy of {Counted.Of((ulong)bounces.Length, "piece")} of {Name} beyond that: its writes become visible at the unmap, writes by others in the meantime do not.");
        }

        return bounces.IsEmpty
            ? null
            : new(
                HazardKind.Bounced, attachment.Device, attachment.Name, "DmaMask", mapping.Storage.HighestAddress,
                attachment.HighestAddress,
                $"{attachment.Device} was given a copy of {Counted.Of((ulong)bounces.Length, "piece")} of {Name} above 0x{attachment.HighestAddress:x}: its writes become visible at the unmap, writes by others in the meantime do not.{UnstatedLimit.Said(attachment.Unstated & UnstatedLimits.DmaMask, attachment.Device)}",
                attachment.Unstated & UnstatedLimits.DmaMask);
    }

    private Hazard? WithoutPages(Mapping mapping, Attachment attachment) =>
        attachment.Traits.HasFlag(AttachmentTraits.NeedsStructPage)
        && LiesIn(mapping.Storage).FirstOrDefault(region => !region.Kind.HasStructPages()) is { } bare
            ? new(
                HazardKind.NoStructPages, attachment.Device, attachment.Name, nameof(Device.NeedsStructPage), 1, 0,
                $"{attachment.Device} dereferences the pages of {Name}; it lies in {bare.Name}, which has none.")
            : null;

    private Hazard? ReadsPages(DmaMapped mapped, Attachment attachment) =>
        mapped.Stages.IsEmpty || !attachment.Traits.HasFlag(AttachmentTraits.NeedsStructPage)
            ? null
            : new(
                HazardKind.PagesReadBehindTranslation, attachment.Device, attachment.Name, nameof(AttachmentTraits.NeedsStructPage),
                1, 0, $"{attachment.Device} uses the pages of {Name} as addresses, but is behind {mapped.Stages[^1].Stage}.");

    /// <summary>The hazard of a translation that stays until something flushes it (thread #25).</summary>
    private Hazard? LeftBehindBy(Mapping mapping)
    {
        if (mapping.Mapped is not { } mapped || mapped.Stages.LastOrDefault(stage => stage.IsLazy) is not { IsLazy: true } lazy)
        {
            return null;
        }

        var device = HolderOf(mapping);
        return new(
            HazardKind.StaleTranslation, device, mapping.Attachment, "Reuse", lazy.Range.First.Value, 0,
            $"{device} may still reach {Name} through {lazy.Range.First} until {lazy.Stage} is flushed.");
    }

    /// <summary>EINVAL when a device that captures line by line needs more segments than it takes (thread #56); else null.</summary>
    private Refusal? TooManyPerLine(Mapping mapping, SgTable table, Attachment attachment)
    {
        if (!IsWalkedAsItIs(mapping, attachment) || !ChecksLimits || LinesOf(attachment.Traits) is not { } lines)
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

    /// <summary>The lines that a device captures one by one; null when it does not or the buffer has no lines.</summary>
    private VideoLines? LinesOf(AttachmentTraits traits) =>
        traits.HasFlag(AttachmentTraits.SegmentsPerLine) ? Origin.Lines : null;
}
