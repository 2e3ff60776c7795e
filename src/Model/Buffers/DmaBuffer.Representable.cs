using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <content>Importers that are accepted though no list can serve them, and limits that nobody stated.</content>
public sealed partial record DmaBuffer
{
    /// <summary>
    /// The hazard of an accepted importer that no list can serve (thread #4, #5, #11): none holds the buffer within its own limits or,
    /// where all lists are cut alike, within the limits of all importers. This is known at the attach. Limits that nobody stated do not
    /// count before a map.
    /// </summary>
    private Hazard? NoListFor(Attachment attachment)
    {
        // If the exporter had judged this itself, it would have refused.
        var judges = Policy.ListCheck == ListCheck.Exact && Policy.Constraints is (ConstraintModel.Rfc3 or ConstraintModel.Translated);
        var judgesTogether = judges && IsCutForAll;
        if (judges && attachment.Takes == attachment.Demand && (judgesTogether || !IsCutForAll))
        {
            return null;
        }

        var own = attachment.Takes.Without(attachment.Unstated);
        if (LeastBeyond(own) is { } alone)
        {
            return HazardOf(attachment, alone, own, $"{attachment.Device} was accepted, but");
        }

        if (!IsCutForAll || judgesTogether)
        {
            return null;
        }

        var before = Needs.OfEntries;
        var together = DmaConstraints.Intersect(before, attachment.OnPages);
        return LeastBeyond(together) is { } least && LeastBeyond(before) is null
            ? HazardOf(attachment, least, together, $"{attachment.Device} was accepted along with {Others()}, but for all of them together")
            : null;
    }

    /// <summary>The attached devices, in words; of many, the first few.</summary>
    private string Others()
    {
        const int Named = 4;
        var devices = Attachments.Select(other => other.Device).Distinct().ToList();
        return devices.Count <= Named
            ? string.Join(", ", devices)
            : $"{string.Join(", ", devices.Take(Named))} and {devices.Count - Named} more";
    }

    /// <summary>Whether the pages are cut in the same way for all importers.</summary>
    private bool IsCutForAll => !Policy.HasOwnLists;

    /// <summary>Null when some list of whole pages satisfies the limits; else the smallest number of segments that would, or 0 when none would.</summary>
    private ulong? LeastBeyond(DmaConstraints limits) =>
        Representability.LeastSegmentCount(SizeBytes, limits, RangeShape.Scattered, SegmentLimit.Exact, PageOrder) is not { } least ? 0
        : least <= limits.MaxSegmentCount ? null
        : (ulong)least;

    private Hazard HazardOf(Attachment attachment, ulong least, DmaConstraints limits, string who)
    {
        var most = (ulong)UInt128.Min(limits.MaxSegmentSize, limits.BoundaryWindowBytes);
        return least == 0
            ? new(
                HazardKind.NoListExists, attachment.Device, attachment.Name,
                most < limits.MaxSegmentSize ? nameof(DmaConstraints.SegmentBoundaryMask) : nameof(DmaConstraints.MaxSegmentSize),
                SizeBytes, most, $"{who} no list of whole pages can hold {Name} of {SizeBytes} bytes: {limits}.")
            : new(
                HazardKind.NoListExists, attachment.Device, attachment.Name, nameof(DmaConstraints.MaxSegmentCount), least,
                limits.MaxSegmentCount,
                $"{who} no list can hold {Name}: {SizeBytes} bytes take at least {Counted.Of(least, "segment")}, and the limits are {limits}.");
    }

    private UnstatedLimits UnstatedBy(Device device) => device.Unstated(Origin.ReadWith);

    /// <summary>Extends the refusal of an unrepresentable buffer with the limit at fault that nobody stated, if there is one.</summary>
    private Refusal ExplainUnstated(Refusal refusal, DmaConstraints judged, Device device)
    {
        foreach (var limit in (UnstatedLimits[])[UnstatedLimits.MaxSegmentSize, UnstatedLimits.MaxSegmentCount])
        {
            var without = judged.Without(limit);
            if (!Representability.IsRepresentable(SizeBytes, without, PageOrder))
            {
                continue;
            }

            // A limit counts as stated when any importer with the same value stated it.
            var holders = Attachments
                .Select(attachment => (attachment.Device, attachment.Demand, attachment.Unstated))
                .Append((device.Name, Policy.DemandOf(device, Origin.ReadWith), UnstatedBy(device)))
                .Where(holder => DmaConstraints.Intersect(holder.Item2, without) == judged)
                .ToList();
            if (holders.Count != 0 && holders.TrueForAll(holder => holder.Item3.HasFlag(limit)))
            {
                return refusal.ExplainUnstatedLimit(limit, holders[0].Item1);
            }
        }

        return refusal;
    }

    /// <summary>Extends the refusal of a bounce: it is needed because of the mask, which nobody may have stated.</summary>
    private static Refusal ExplainMask(Refusal refusal, Attachment attachment) =>
        refusal.Errno == Errno.EIO && !attachment.IsTranslated
            ? refusal.ExplainUnstatedLimit(attachment.Unstated & UnstatedLimits.DmaMask, attachment.Device)
            : refusal;

    /// <summary>Extends a refusal of memory out of reach when nobody stated the mask at fault.</summary>
    private static Refusal ExplainUnstated(Refusal refusal, IEnumerable<Attachment> importers) =>
        importers.FirstOrDefault(attachment => attachment.Device == refusal.Importer) is not { } narrowest ? refusal
            : narrowest.IsTranslated && refusal.Field == nameof(Device.DmaMask) ? refusal with { Field = nameof(Device.OutputLimit) }
            : refusal.ExplainUnstated(narrowest.Unstated & UnstatedLimits.DmaMask);
}
