using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Buffers;

/// <content>Attach, detach and release.</content>
public sealed partial record DmaBuffer
{
    /// <summary>Attaches a device.</summary>
    /// <remarks>
    /// The only place that decides an attach: names, repeats and released buffers (<see cref="CheckAttach"/>), the device, the number of
    /// attachments, then what <see cref="JudgeAttach"/> says.
    /// </remarks>
    internal CommandStep Attach(DmaCommand.Attach command) =>
        CheckAttach(command) is { } decided ? decided
        : ModelName.IsValid(command.Device) ? new CommandQuestion.NeedsDevice(this, command)
        : Transition.Refuse(this, NoDevice(command.Device));

    /// <summary>Continues an attach once its device is looked up; null when the board has no device of that name.</summary>
    internal CommandStep Attach(DmaCommand.Attach command, Device? device) =>
        device is null ? Transition.Refuse(this, NoDevice(command.Device))
        : Attachments.Length == AttachmentsMax ? Transition.Refuse(this, TooManyAttachments(device.Name))
        : JudgeAttach(command, device);

    private Refusal TooManyAttachments(string importer) => new(
        Errno.ENOSPC, importer, nameof(Attachments), AttachmentsMax + 1, AttachmentsMax,
        $"{Name} has {AttachmentsMax} attachments, the maximum.");

    /// <summary>Judges an attach, and accepts it or refuses it.</summary>
    /// <remarks>
    /// The only place for these checks, in this order: the frame, the union, whether a list exists, the exporter, then, where there is
    /// storage, <see cref="JudgeLateAttach"/>: the list that is there, where it lies. What is accepted is tried last with a map
    /// (<see cref="Try"/>); a first attach that allocates is refused when memory has nothing.
    /// </remarks>
    private CommandStep JudgeAttach(DmaCommand.Attach command, Device device)
    {
        var importer = device.Name;

        // The importer's own driver checks these limits, whatever the exporter does.
        if (!device.Limits.IsEmpty && device.Limits.Check(Name, new(SizeBytes, Origin.Lines), importer) is { } unfit)
        {
            return Transition.Refuse(this, unfit);
        }

        var takes = device.Demand(Origin.ReadWith);
        var demand = Policy.PartOf(takes, device, Origin.ReadWith);
        var calculated = ConstraintUnion.Attach(Constraints, demand, importer);
        if (!calculated.TryGetValue(out var union))
        {
            return FailedCalculation(calculated.Refusal!);
        }

        var attachment = NewAttachment(command.Attachment, device, takes, demand);
        return NoList(union, attachment, device) is { } unrepresentable ? FailedCalculation(unrepresentable)
            : CheckRefusedByExporter(device) is { } refused ? RefuseAfter(union, refused, importer)
            : Storage is not null ? JudgeLateAttach(attachment, union, device)
            : Policy.Allocation == AllocationTime.AtFirstAttach ? Accept(new(attachment, union, RequestFor(Token, union, [attachment]), null))
            : Accept(attachment, union);
    }

    private Attachment NewAttachment(string name, Device device, DmaConstraints takes, DmaConstraints demand)
    {
        var reach = device.Reach;
        return new(name, device.Name, demand, reach.HighestAddress, NextSequence)
        {
            Takes = takes,
            Iommu = device.Iommu,
            BusMmu = device.BusMmu,
            OutputLimit = device.OutputLimit,
            MinAlignMask = device.MinAlignMask,
            Pool = device.ForcedPool,
            Traits = TraitsOf(device),
            Access = AccessTo(Lies),
            Barred = Regions.IsEmpty ? 0 : BarredTo(device),
            Unrouted = Regions.IsEmpty ? 0 : UnroutedFrom(device),
            PreferredSegmentSize = device.PreferredSegmentSize,
            Windows = reach.Windows,
            Unstated = UnstatedBy(device),
        };
    }

    /// <summary>Judges an attach to a buffer that has storage: whether the newcomer can use it.</summary>
    /// <remarks>The only place that asks this at an attach; if it cannot use it, <see cref="DecideLateImporter"/> decides.</remarks>
    private CommandStep JudgeLateAttach(Attachment attachment, DmaConstraints union, Device device)
    {
        var demand = attachment.Demand;
        if ((ListBreaks(CutFor(attachment, Storage!), demand, attachment) ?? Misplaced(device, attachment)) is { } violation)
        {
            return DecideLateImporter(attachment, union, violation);
        }

        // Limits that the exporter ignores may be broken all the same.
        var unseen = attachment.Takes == demand || attachment.IsTranslated
            ? null
            : ListBreaks(CutFor(attachment, Storage!), attachment.Takes.Without(attachment.Unstated), attachment);
        return unseen is null ? Accept(attachment, union) : Accept(new(attachment, union, null, TooLate(attachment, unseen)));
    }

    /// <summary>The storage's list does not satisfy the newcomer (thread #2 to #8): the exporter's policy decides.</summary>
    /// <remarks>
    /// The only place that asks the policy. What becomes of a waiting importer: <see cref="Attach(AttachPlan, DmaResult{BackingStorage})"/>
    /// when a move fails, <see cref="CheckTake"/> at its map.
    /// </remarks>
    private CommandStep DecideLateImporter(Attachment attachment, DmaConstraints union, Refusal violation)
    {
        var importer = attachment.Device;
        switch (Policy.LateAttach)
        {
            case LateAttach.Migrate when Mappings.IsEmpty && !Policy.Pinned:
                return Accept(new(attachment, union, RequestFor(Of(Generation + 1), union, [.. Attachments, attachment]), null));
            case LateAttach.Migrate:
                return Accept(attachment with { IsPending = true }, union);
            case LateAttach.Accept:
                var stated = violation.ExplainUnstated(attachment.Unstated).Unstated == UnstatedLimits.None
                    ? violation
                    : ListBreaks(CutFor(attachment, Storage!), attachment.Demand.Without(attachment.Unstated), attachment);
                return stated is null ? Accept(attachment, union) : Accept(new(attachment, union, null, TooLate(attachment, stated)));
            default:
                var named = violation.ExplainUnstated(attachment.Unstated);
                var refusal = named with
                {
                    Reason = $"{Name} already has storage that {importer} cannot use: {named.Reason}",
                };
                return RefuseAfter(union, ExplainTranslatedLate(refusal, attachment), importer);
        }
    }

    /// <summary>Accepts an importer that needs no other storage and puts nothing on record by itself.</summary>
    private CommandStep Accept(Attachment attachment, DmaConstraints union) => Policy.AttachTest == AttachTest.None
        ? Transition.Grant(this, With(attachment, union).Placed())
        : Accept(new(attachment, union, null, null));

    private CommandStep Accept(AttachPlan plan) => IsTried(plan) ? Try(plan) : Attach(plan);

    private CommandStep Attach(AttachPlan plan) => plan.Request is null ? Transition.Grant(this, With(plan).Placed()) : AskFor(plan);

    private CommandQuestion.NeedsMemory AskFor(AttachPlan plan) => new(plan.Request!, allocation => Attach(plan, allocation));

    private CommandStep Attach(AttachPlan plan, DmaResult<BackingStorage> allocation)
    {
        var next = With(plan);
        if (allocation.TryGetValue(out var storage))
        {
            return Transition.Grant(this, next.MovedTo(storage));
        }

        // Without memory the first attach fails; a late importer waits for storage, and the others go on.
        return Storage is null
            ? RefuseAfter(
                plan.Union, ExplainTranslated(ExplainUnstated(allocation.Refusal!, [plan.Attachment]), [plan.Attachment]), plan.Attachment.Device)
            : Transition.Grant(this, (next with { Attachments = next.WithPending(plan.Attachment.Name) }).Placed());
    }

    /// <summary>Decides an attach where its device does not matter, outside the buffer's lock; null when it goes on.</summary>
    /// <remarks>The only place that tells a repeated attach by its name.</remarks>
    private Transition? CheckAttach(DmaCommand.Attach command)
    {
        if ((ModelName.Check(command.Attachment, "Attachment") ?? (command.Device is null ? Refusal.Null("Device") : null)) is { } bad)
        {
            return Transition.Refuse(this, bad);
        }

        if (Attachments.Find(command.Attachment) is { } known)
        {
            return known.Device == command.Device ? Transition.GrantUnchanged(this) : Transition.Refuse(this, AttachmentOf(known, command));
        }

        return IsReleased ? Transition.Refuse(this, NothingAttaches()) : null;
    }

    private Refusal AttachmentOf(Attachment known, DmaCommand.Attach command) => Refusal.Of(
        Errno.EEXIST, "Attachment", $"Attachment {command.Attachment} of {Name} is {known.Device}'s, not {command.Device}'s.");

    private Refusal NothingAttaches() => Refusal.Of(Errno.EBADF, "Buffer", $"{Name} was released; nothing can attach to it.");

    /// <summary>
    /// What the exporter refuses regardless of constraints, asked after the calculation (thread #0): EOPNOTSUPP for a peer's memory that the
    /// device does not take, even when revoked (vfio_pci_dmabuf.c, vfio_pci_dma_buf_attach); ENODEV when revoked; EPERM, EINVAL or EOPNOTSUPP for its memory; EBUSY while it accepts no importers; null when it goes on.
    /// </summary>
    /// <remarks>The only place at an attach. A map asks again whether the buffer is revoked.</remarks>
    private Refusal? CheckRefusedByExporter(Device device)
    {
        if (IsRevoked)
        {
            return (MayMoveFor(device) ? null : CheckPeer(device, Lies)) ?? Revoked(device.Name);
        }

        if (!Regions.IsEmpty && CheckMemory(device, Lies) is { } unfit && (unfit.Errno == Errno.EPERM || !MayMoveFor(device)))
        {
            return unfit;
        }

        return Policy.LateAttach == LateAttach.RefuseAny && !Mappings.IsEmpty
            ? new(
                Errno.EBUSY, device.Name, nameof(Mappings), 0, (ulong)Mappings.Length,
                $"{Name} is mapped, and its exporter refuses every attach until it is unmapped.")
            : null;
    }

    /// <summary>The posted attach answered ERR_PTR(0) when the calculation failed (thread #6).</summary>
    /// <remarks>The only place that grants an attach which failed.</remarks>
    private Transition FailedCalculation(Refusal refusal) => Policy.FailedCalculation == Policies.FailedCalculation.Refuse
        ? Transition.Refuse(this, refusal)
        : Transition.Grant(this, RecordHazard(new(
            HazardKind.SuccessWithoutAttachment, refusal.Importer!, string.Empty, refusal.Field!, 1, 0,
            $"{refusal.Importer} was told that it is attached to {Name}, but it is not: {refusal.Reason}")));

    /// <summary>
    /// Refuses an attach that passed the calculation. The posted patch had narrowed the union by then and left it so: there, this refusal
    /// changes the buffer.
    /// </summary>
    /// <remarks>The only place where a refused attach leaves the union narrowed.</remarks>
    private Transition RefuseAfter(DmaConstraints union, Refusal refusal, string importer)
    {
        if (Policy.RefusedAttach == RefusedAttach.RolledBack || union == Constraints)
        {
            return Transition.Refuse(this, refusal);
        }

        var next = (this with { Constraints = union }).RecordHazard(new(
            HazardKind.UnionLeftNarrowed, importer, string.Empty, refusal.Field!, refusal.Needed ?? 0,
            refusal.Limit ?? 0, $"{importer} was refused and its limits stay in the union of {Name}."));
        next.AssertInvariants(this);
        return new(next, true, DmaResult.Refuse<DmaReply>(refusal));
    }

    private Hazard TooLate(Attachment attachment, Refusal violation) => new(
        HazardKind.AttachedTooLate,
        attachment.Device,
        attachment.Name,
        violation.Field!,
        violation.Needed ?? 0,
        violation.Limit ?? 0,
        Mappings.IsEmpty
            ? $"{Name} was allocated without {attachment.Device}: {violation.Reason}"
            : $"{HolderOf(Mappings[0])} has {Name} mapped: {violation.Reason}");

    /// <summary>The number of mappings that an attachment holds.</summary>
    private ulong MappedBy(Attachment attachment)
    {
        ulong count = 0;
        foreach (var mapping in Mappings)
        {
            count += mapping.Attachment == attachment.Name ? 1UL : 0;
        }

        return count;
    }

    private string HolderOf(Mapping mapping) => AttachmentOf(mapping).Device;

    /// <summary>The first limit of a demand that the storage's list, cut under some limits, breaks; null when it breaks none.</summary>
    private Refusal? ListBreaks(DmaConstraints cutUnder, DmaConstraints demand, Attachment importer)
    {
        var table = Mapping.TableOver(Storage!, SizeBytes, cutUnder);
        return SegmentCheck.FirstViolation(table, Judging(demand, importer, table, importer.SeenThrough), importer.Device, importer.SeenThrough);
    }

    /// <summary>The limits by which an importer judges a list: where it takes one run, adjacent entries count as one.</summary>
    private DmaConstraints Judging(DmaConstraints limits, Attachment importer, SgTable table, DmaWindows windows) =>
        table.EntryCount > 1 && importer.Traits.HasFlag(AttachmentTraits.Contiguous)
            ? ContiguousRun.Judging(limits, SizeBytes, ContiguousRun.Of(table, windows))
            : limits;

    /// <summary>The limits under which an importer's list is cut over a storage. The cut may have any number of pieces; the caller checks the count.</summary>
    /// <remarks>The only place for lists that the exporter cuts.</remarks>
    private DmaConstraints CutFor(Attachment attachment, BackingStorage storage) =>
        PathTo(storage, attachment.Device) != PeerPath.Pages ? RangeLimits
        : Policy.HasOwnLists ? attachment.Demand.ToWholePages(storage.PageOrder).ToCut(storage.PageOrder) with { MaxSegmentCount = uint.MaxValue }
        : storage.AllocatedUnder.ToCut(storage.PageOrder);

    private NamedList<Attachment, AttachmentSum> WithPending(string attachment) =>
        Attachments.With(Attached(attachment) with { IsPending = true });

    /// <summary>Ends an attachment. EINVAL for an unknown one, EBUSY while it has mappings.</summary>
    /// <remarks>The only place where an attachment ends. The union is then the sum of those that stay, or is read anew.</remarks>
    internal CommandStep Detach(DmaCommand.Detach command)
    {
        if (Attachments.Find(command.Attachment, out var place) is not { } attachment)
        {
            return Transition.Refuse(this, UnknownAttachment(command.Attachment));
        }

        if (!Mappings.IsEmpty && MappedBy(attachment) is not 0 and var mapped)
        {
            return Transition.Refuse(this, StillMapped(attachment, mapped));
        }

        var left = Attachments.Without(place);
        return Policy.DetachReading == DetachReading.Now
            ? AskFor(attachment, left)
            : Transition.Grant(this, (this with { Attachments = left, Constraints = left.Sum.Union }).Placed());
    }

    private Refusal StillMapped(Attachment attachment, ulong mapped) => new(
        Errno.EBUSY, attachment.Device, "Attachment", 0, mapped,
        $"{attachment.Device} still has {Counted.Of(mapped, "mapping")} of {Name}; unmap before detaching.");

    private CommandQuestion.NeedsDevices AskFor(Attachment leaving, NamedList<Attachment, AttachmentSum> left) => new(
        [.. left.Select(importer => importer.Device).Distinct()],
        devices => DetachRereading(leaving, left, devices));

    /// <summary>The posted detach read every device anew; when nothing was common any more, it silently kept the old union.</summary>
    /// <remarks>The only place where a detach reads devices anew.</remarks>
    private Transition DetachRereading(
        Attachment attachment, NamedList<Attachment, AttachmentSum> left, IReadOnlyDictionary<string, Device> devices)
    {
        var current = left
            .Where(importer => devices.ContainsKey(importer.Device))
            .Select(importer => (importer.Device, Demand: Policy.DemandOf(devices[importer.Device], Origin.ReadWith)))
            .ToList();
        var recalculated = ConstraintUnion.Recalculate(current);
        var refusal = recalculated.Refusal ?? (ListsExist(recalculated.Value, current.Select(importer => importer.Demand)) ? null : NoLongerRepresentable(attachment.Device, recalculated.Value));
        return Transition.Grant(this, refusal is null
            ? this with { Attachments = left, Constraints = recalculated.Value }
            : (this with { Attachments = left }).RecordHazard(new(
                HazardKind.UnionKeptAtDetach, refusal.Importer!, string.Empty, refusal.Field!, 0, 0,
                $"The union of {Name} could not be recalculated and stays as it was: {refusal.Reason}")));
    }

    /// <summary>Records every holder of a list as a hazard. The pages are given back when the last mapping ends.</summary>
    /// <remarks>
    /// The only place that revokes. Later attaches, maps, raw access, flushes, syncs and CPU access ask <see cref="IsRevoked"/>, and so do
    /// <see cref="AllocationAtExport"/>, <see cref="MovesAfterLast"/> and <see cref="LeftByDevice"/>.
    /// </remarks>
    internal Transition Revoke()
    {
        if (IsRevoked)
        {
            return Transition.GrantUnchanged(this);
        }

        var held = Mappings.Where(mapping => mapping.Raw is null).Select(mapping => new Hazard(
            HazardKind.HeldAfterRevoke, HolderOf(mapping), mapping.Attachment, nameof(Mappings), 1, 0,
            $"{HolderOf(mapping)} holds a list of {Name} that has been revoked."));
        var next = this with { IsRevoked = true, Hazards = held.Aggregate(Hazards, Hazard.With) };
        return Transition.Grant(this, next.WithoutStorageWhenRevoked());
    }

    internal Transition Release() =>
        IsReleased ? Transition.GrantUnchanged(this) : Transition.Grant(this, this with { IsReleased = true });

    /// <summary>
    /// Whether lists exist, or the exporter does not check: one under the union for all importers, or one for each over the same pages. An
    /// importer that takes a single segment forces the pages into one range.
    /// </summary>
    private bool ListsExist(in DmaConstraints union, IEnumerable<DmaConstraints> demands) =>
        Policy.HasOwnLists ? Policy.ListCheck == ListCheck.None || OwnListsExist(union, demands) : SharedListExists(union);

    private bool SharedListExists(in DmaConstraints union) =>
        Policy.ListCheck == ListCheck.None || Representability.IsRepresentable(SizeBytes, union, PageOrder);

    private bool OwnListsExist(DmaConstraints union, IEnumerable<DmaConstraints> demands) =>
        demands.All(demand => Representability.IsRepresentable(SizeBytes, demand, PageOrder)
            && (union.MaxSegmentCount != 1 || Representability.FitsOneRange(SizeBytes, demand, PageOrder)));

    /// <summary>
    /// EINVAL when no list can serve the newcomer beside the others, or the buffer's lines need too many segments; null when one can, or
    /// the exporter does not check.
    /// </summary>
    private Refusal? NoList(DmaConstraints union, Attachment newcomer, Device device)
    {
        if (Policy.ListCheck == ListCheck.None)
        {
            return null;
        }

        // A list of its own need not suit the others (thread #7).
        var judged = Policy.HasOwnLists ? newcomer.Demand : union;
        var none = !Representability.IsRepresentable(SizeBytes, judged, PageOrder)
            ? ExplainUnstated(TooNarrow(judged, newcomer.Demand, Policy.HasOwnLists ? DmaConstraints.Unconstrained : Constraints, device.Name), judged, device)
            : Policy.HasOwnLists ? NotInOneRange(newcomer.Demand, device.Name) : null;
        return none is not null ? ExplainTranslated(none, newcomer)
            : ChecksLimits && LinesOf(newcomer.Traits) is { } lines ? TooManyLines(device, lines)
            : null;
    }

    /// <summary>
    /// An importer that takes one segment makes the pages one range, and every other list a cut of it. EINVAL when the list of the newcomer
    /// or of an attached importer would then have too many segments.
    /// </summary>
    private Refusal? NotInOneRange(DmaConstraints demand, string importer)
    {
        var isOneRange = Attachments.Sum.Union.MaxSegmentCount == 1;
        if (demand.MaxSegmentCount == 1)
        {
            return isOneRange ? null
                : Attachments.FirstOrDefault(attachment => !Representability.FitsOneRange(SizeBytes, attachment.Demand, PageOrder)) is { } cut
                ? TooManyInOneRange(importer, importer, cut.Device, cut.Demand)
                : null;
        }

        return isOneRange && !Representability.FitsOneRange(SizeBytes, demand, PageOrder)
            && Attachments.FirstOrDefault(attachment => attachment.Demand.MaxSegmentCount == 1) is { } whole
            ? TooManyInOneRange(importer, whole.Device, importer, demand)
            : null;
    }

    private Refusal TooManyInOneRange(string importer, string whole, string cut, DmaConstraints demand)
    {
        var least = (ulong)(Representability.LeastSegmentCount(
            SizeBytes, demand, RangeShape.ContiguousBestBase, SegmentLimit.Floored, PageOrder) ?? ulong.MaxValue);
        return new(
            Errno.EINVAL, importer, nameof(DmaConstraints.MaxSegmentCount), least, demand.MaxSegmentCount,
            $"{whole} takes 1 segment, so {Name} of {SizeBytes} bytes must be one range, and {cut}'s list of it needs at least {Counted.Of(least, "segment")}: expected at most {demand.MaxSegmentCount}.");
    }

    /// <summary>
    /// EINVAL for a union under which no list can hold the buffer: it names the thread's product rule (#4) where that is broken, else the
    /// exact one, of whole pages and boundary windows.
    /// </summary>
    private Refusal TooNarrow(DmaConstraints union, DmaConstraints demand, DmaConstraints others, string importer)
    {
        var field = FieldAtFault(union, demand, others);
        if (!Representability.ProductCovers(SizeBytes, union))
        {
            var product = (ulong)union.MaxSegmentCount * union.MaxSegmentSize;
            var counts = WhoSets(importer, demand, limits => limits.MaxSegmentCount == union.MaxSegmentCount);
            var sizes = WhoSets(importer, demand, limits => limits.MaxSegmentSize == union.MaxSegmentSize);
            return new(
                Errno.EINVAL, importer, field, SizeBytes, product,
                $"With {importer}, at most {Counted.Of(union.MaxSegmentCount, "segment")} ({counts}) of {union.MaxSegmentSize} bytes ({sizes}) hold {product} bytes; {Name} has {SizeBytes}.");
        }

        var least = Representability.LeastSegmentCount(SizeBytes, union, RangeShape.Scattered, SegmentLimit.Floored, PageOrder);
        return least is { } count
            ? new(
                Errno.EINVAL, importer, field, (ulong)count, union.MaxSegmentCount,
                $"With {importer}, {Name} of {SizeBytes} bytes needs at least {Counted.Of((ulong)count, "segment")} of whole pages under {union}.")
            : new(
                Errno.EINVAL, importer, field, SizeBytes,
                (ulong)UInt128.Min(union.MaxSegmentSize, union.BoundaryWindowBytes),
                $"With {importer}, no list of whole pages can hold {Name} of {SizeBytes} bytes under {union}.");
    }

    /// <summary>The first of the newcomer's limits without which the buffer would be representable; else the first that it narrows.</summary>
    private string FieldAtFault(DmaConstraints union, DmaConstraints demand, DmaConstraints others)
    {
        var size = union with { MaxSegmentSize = others.MaxSegmentSize };
        var count = union with { MaxSegmentCount = others.MaxSegmentCount };
        var mask = union with { SegmentBoundaryMask = others.SegmentBoundaryMask };
        return Representability.IsRepresentable(SizeBytes, size, PageOrder) ? nameof(DmaConstraints.MaxSegmentSize)
            : Representability.IsRepresentable(SizeBytes, count, PageOrder) ? nameof(DmaConstraints.MaxSegmentCount)
            : Representability.IsRepresentable(SizeBytes, mask, PageOrder) ? nameof(DmaConstraints.SegmentBoundaryMask)
            : demand.MaxSegmentSize < others.MaxSegmentSize ? nameof(DmaConstraints.MaxSegmentSize)
            : demand.MaxSegmentCount < others.MaxSegmentCount ? nameof(DmaConstraints.MaxSegmentCount)
            : nameof(DmaConstraints.SegmentBoundaryMask);
    }

    private string WhoSets(string importer, DmaConstraints demand, Func<DmaConstraints, bool> sets) =>
        sets(demand)
        ? importer
        // A refused attach, or a detach, may have left the union narrower than any importer asks for (thread #0).
        : Attachments.FirstOrDefault(attachment => sets(attachment.Demand))?.Device ?? "a device that is not attached";

    private Refusal UnknownAttachment(string attachment) => Refusal.Of(
        Errno.EINVAL, "Attachment", $"{Name} has no attachment {Quote(attachment)}.");

    private static string Quote(string? name) => ModelName.IsValid(name) ? name! : "of that name";
}
