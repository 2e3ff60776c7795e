using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Buffers;

/// <content>Attach, detach and release.</content>
public sealed partial record DmaBuffer
{
    private Transition Attach(DmaCommand.Attach command, Device? device)
    {
        if (ModelName.Check(command.Attachment, "Attachment") is { } bad)
        {
            return Transition.Refuse(this, bad);
        }

        var index = IndexOf(command.Attachment);
        if (index >= 0)
        {
            return Attachments[index].Device == command.Device
                ? Transition.GrantAgain(this)
                : Transition.Refuse(
                    this, Errno.EEXIST, "Attachment",
                    $"Attachment {command.Attachment} of {Name} is {Attachments[index].Device}'s, not {command.Device}'s.");
        }

        if (IsReleased)
        {
            return Transition.Refuse(this, Errno.EBADF, "Buffer", $"{Name} was released; nothing can attach to it.");
        }

        if (device is null)
        {
            return Transition.Refuse(this, NoDevice(command.Device));
        }

        if (Attachments.Length == AttachmentsMax)
        {
            return Transition.Refuse(this, new(
                Errno.ENOSPC, device.Name, nameof(Attachments), AttachmentsMax + 1, AttachmentsMax,
                $"{Name} has {AttachmentsMax} attachments, the most this model keeps."));
        }

        var demand = device.Demand(Origin.Getters);
        var narrowed = ConstraintUnion.Attach(Constraints, demand, device.Name);
        if (!narrowed.TryGetValue(out var union))
        {
            return Transition.Refuse(this, narrowed.Refusal!);
        }

        if ((Unrepresentable(union, demand, device.Name) ?? StorageTooLoose(demand, device.Name)) is { } refusal)
        {
            return Transition.Refuse(this, refusal);
        }

        var attachment = new Attachment(
            command.Attachment, device.Name, demand, device.HighestAddress, NextSequence);
        return Transition.Grant(this with
        {
            Constraints = union,
            Attachments = Attachments.Insert(~index, attachment),
            NextSequence = unchecked(NextSequence + 1),
        });
    }

    private Transition Detach(DmaCommand.Detach command)
    {
        var index = IndexOf(command.Attachment);
        if (index < 0)
        {
            return Transition.Refuse(this, UnknownAttachment(command.Attachment));
        }

        var attachment = Attachments[index];
        var mapped = Mappings.Count(mapping => mapping.Attachment == attachment.Name);
        if (mapped != 0)
        {
            return Transition.Refuse(this, new(
                Errno.EBUSY, attachment.Device, "Attachment", 0, (ulong)mapped,
                $"{attachment.Device} still has {Counted.Of((ulong)mapped, "mapping")} of {Name}; unmap before detaching."));
        }

        var left = Attachments.RemoveAt(index);
        var union = DmaConstraints.Unconstrained;
        foreach (var importer in left)
        {
            union = DmaConstraints.Narrow(union, importer.Demand);
        }

        return Transition.Grant(this with { Attachments = left, Constraints = union });
    }

    private Transition Release() =>
        IsReleased ? Transition.GrantAgain(this) : Transition.Grant(this with { IsReleased = true });

    /// <summary>The thread's product rule (#4), then the exact one: whole pages and boundary windows.</summary>
    private Refusal? Unrepresentable(DmaConstraints union, DmaConstraints demand, string importer)
    {
        if (Representability.IsRepresentable(SizeBytes, union))
        {
            return null;
        }

        var field = FieldAtFault(union, demand);
        if (!Representability.ProductCovers(SizeBytes, union))
        {
            var product = (ulong)union.MaxSegmentCount * union.MaxSegmentSize;
            var counts = WhoSets(importer, demand, limits => limits.MaxSegmentCount == union.MaxSegmentCount);
            var sizes = WhoSets(importer, demand, limits => limits.MaxSegmentSize == union.MaxSegmentSize);
            return new(
                Errno.EINVAL, importer, field, SizeBytes, product,
                $"With {importer}, at most {Counted.Of(union.MaxSegmentCount, "segment")} ({counts}) of {union.MaxSegmentSize} bytes ({sizes}) hold {product} bytes; {Name} has {SizeBytes}.");
        }

        var least = Representability.LeastSegmentCount(SizeBytes, union, RangeShape.Scattered, SegmentLimit.Floored);
        return least is { } count
            ? new(
                Errno.EINVAL, importer, field, (ulong)count, union.MaxSegmentCount,
                $"With {importer}, {Name} of {SizeBytes} bytes needs at least {Counted.Of((ulong)count, "segment")} of whole pages under {union}.")
            : new(
                Errno.EINVAL, importer, field, SizeBytes,
                (ulong)UInt128.Min(union.MaxSegmentSize, union.BoundaryWindowBytes),
                $"With {importer}, no list of whole pages can hold {Name} of {SizeBytes} bytes under {union}.");
    }

    /// <summary>The first of the newcomer's limits without which the buffer would be representable; else the first it narrows.</summary>
    private string FieldAtFault(DmaConstraints union, DmaConstraints demand)
    {
        var size = union with { MaxSegmentSize = Constraints.MaxSegmentSize };
        var count = union with { MaxSegmentCount = Constraints.MaxSegmentCount };
        var mask = union with { SegmentBoundaryMask = Constraints.SegmentBoundaryMask };
        return Representability.IsRepresentable(SizeBytes, size) ? nameof(DmaConstraints.MaxSegmentSize)
            : Representability.IsRepresentable(SizeBytes, count) ? nameof(DmaConstraints.MaxSegmentCount)
            : Representability.IsRepresentable(SizeBytes, mask) ? nameof(DmaConstraints.SegmentBoundaryMask)
            : demand.MaxSegmentSize < Constraints.MaxSegmentSize ? nameof(DmaConstraints.MaxSegmentSize)
            : demand.MaxSegmentCount < Constraints.MaxSegmentCount ? nameof(DmaConstraints.MaxSegmentCount)
            : nameof(DmaConstraints.SegmentBoundaryMask);
    }

    private string WhoSets(string importer, DmaConstraints demand, Func<DmaConstraints, bool> sets) =>
        sets(demand) ? importer : Attachments.First(attachment => sets(attachment.Demand)).Device;

    /// <summary>Storage exists: its list, as it was allocated, must satisfy the newcomer too (thread #6, #59).</summary>
    private Refusal? StorageTooLoose(DmaConstraints demand, string importer)
    {
        if (Storage is null)
        {
            return null;
        }

        var table = Mapping.TableOver(Storage, SizeBytes);
        return SegmentCheck.FirstViolation(table.Entries, demand, importer) is { } violation
            ? violation with { Reason = $"{Name} already has storage that {importer} cannot use: {violation.Reason}" }
            : null;
    }

    private Refusal UnknownAttachment(string attachment) => Refusal.Of(
        Errno.EINVAL, "Attachment", $"{Name} has no attachment {Quote(attachment)}.");

    private static string Quote(string? name) => ModelName.IsValid(name) ? name! : "of that name";
}
