using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Buffers;

/// <content>Map, unmap, and the storage they need.</content>
public sealed partial record DmaBuffer
{
    /// <summary>
    /// What a command needs of the board's memory before it can be carried out. By default the first map that will be granted
    /// allocates, under the union of all importers attached at that moment (thread #59); other policies allocate at the first attach,
    /// or move the storage for an importer that came late.
    /// </summary>
    /// <param name="command">What will be asked.</param>
    /// <param name="device">For an attach: the device, or null.</param>
    /// <returns>Null when the command needs no memory, or will be refused anyway.</returns>
    public AllocationRequest? AllocationFor(DmaCommand command, Device? device = null) => command switch
    {
        DmaCommand.Attach attach when AttachMayAllocate => PlanAttach(attach, device).Plan?.Request,
        DmaCommand.Map map when CheckMap(map) is null => Storage is null
            ? RequestFor(Token, Constraints, Attachments)
            : Attachments[IndexOf(map.Attachment)].IsPending ? MoveRequest : null,
        DmaCommand.Unmap unmap when MovesAfter(unmap) => MoveRequest,
        _ => null,
    };

    /// <summary>
    /// A map to be tried and thrown away: carry it out, look at the reply, and keep neither buffer nor memory (thread #12).
    /// </summary>
    /// <param name="attachment">The attachment that would be mapped.</param>
    /// <param name="direction">Which way data would move.</param>
    public DmaCommand.Map TestMap(string attachment, DmaDirection direction)
    {
        var name = Enumerable.Range(0, Mappings.Length + 1)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"test{number}"))
            .First(candidate => IndexOfMapping(candidate) < 0);
        return new(name, attachment, direction);
    }

    /// <summary>What an export needs of memory: nothing, unless the exporter allocates at once.</summary>
    public AllocationRequest? AllocationAtExport =>
        Policy.Allocation == AllocationTime.AtExport && Storage is null && !IsGone && !IsRevoked
            ? RequestFor(Token, Constraints, [])
            : null;

    /// <summary>The buffer with the storage that <see cref="AllocationAtExport"/> asked for.</summary>
    public DmaBuffer ExportedWith(BackingStorage storage) => MovedTo(storage);

    private bool AttachMayAllocate => Storage is null
        ? Policy.Allocation == AllocationTime.AtFirstAttach
        : Policy.LateAttach == LateAttach.Migrate;

    private AllocationRequest MoveRequest => RequestFor(Of(Generation + 1), Constraints, Attachments);

    /// <summary>Whether this unmap leaves nobody mapped while somebody waits for the storage to move (thread #5).</summary>
    private bool MovesAfter(DmaCommand.Unmap unmap) =>
        !IsRevoked && Mappings.Length == 1 && IndexOfMapping(unmap.Mapping) == 0 && Attachments.Any(attachment => attachment.IsPending);

    private AllocationRequest RequestFor(
        AllocationToken token, DmaConstraints union, ImmutableArray<Attachment> importers)
    {
        // An exporter that looks at nobody does not look at reach either.
        var narrowest = Policy.Constraints == ConstraintModel.None
            ? null
            : importers.MinBy(attachment => attachment.HighestAddress);
        return new(
            token, SizeBytes, union, narrowest?.HighestAddress ?? ulong.MaxValue,
            narrowest?.Device ?? Origin.Exporter ?? Name);
    }

    /// <summary>On new pages: the old ones, if any, are copied and owed back, and nobody has to wait any more.</summary>
    private DmaBuffer MovedTo(BackingStorage storage)
    {
        Invariant.Holds(Mappings.IsEmpty);
        if (Storage is null)
        {
            Invariant.Holds(storage.Token == Token);
            return this with { Storage = storage };
        }

        Invariant.Holds(storage.Token == Of(Generation + 1));
        return this with
        {
            Storage = storage,
            Generation = Generation + 1,
            Superseded = Superseded.Add(Generation),
            Costs = Costs with { Migrations = Costs.Migrations + 1, BytesCopied = Costs.BytesCopied + SizeBytes },
            Attachments =
            [
                .. Attachments.Select(attachment => attachment with { IsPending = false, OwnCut = null, HasList = false }),
            ],
        };
    }

    private Transition Map(DmaCommand.Map command, DmaResult<BackingStorage>? allocation)
    {
        if (CheckMap(command) is { } decided)
        {
            return decided;
        }

        var allocated = this;
        if (Storage is null || Attachments[IndexOf(command.Attachment)].IsPending)
        {
            Invariant.Holds(allocation is not null);
            if (!allocation!.Value.TryGetValue(out var storage))
            {
                return Transition.Refuse(this, allocation.Value.Refusal!);
            }

            Invariant.Holds(storage.AllocatedUnder == Constraints);
            allocated = MovedTo(storage);
        }

        // An exporter that does not look at reach has allocated by the time the device turns out not to reach the pages.
        var step = allocated.MapOnto(allocated.Storage!, command);
        return step with { ChangesState = !ReferenceEquals(step.Next, this) };
    }

    private Transition MapOnto(BackingStorage storage, DmaCommand.Map command)
    {
        var index = IndexOf(command.Attachment);
        var attachment = Attachments[index];
        if (storage.HighestAddress > attachment.HighestAddress)
        {
            return Transition.Refuse(this, new(
                Errno.EIO, attachment.Device, "DmaMask", storage.HighestAddress, attachment.HighestAddress,
                $"{attachment.Device} reaches addresses up to 0x{attachment.HighestAddress:x}; {Name} has pages up to 0x{storage.HighestAddress:x}."));
        }

        var cutUnder = Policy.Lists == ListSharing.Shared ? storage.AllocatedUnder : attachment.OwnCut ?? storage.AllocatedUnder;
        var mapping = new Mapping(
            command.Mapping, command.Attachment, command.Direction, SizeBytes, cutUnder, storage);
        var table = mapping.ToTable();
        mapping.AssertInvariants(table);
        return Transition.Grant(
            this with
            {
                Mappings = Mappings.Insert(~IndexOfMapping(mapping.Name), mapping),
                Attachments = attachment.HasList ? Attachments : Attachments.SetItem(index, attachment with { HasList = true }),
                Costs = BuildsList(attachment) ? Costs with { ListsBuilt = Costs.ListsBuilt + 1 } : Costs,
                Hazards = BrokenBy(table, attachment) is { } hazard ? Hazards.Add(hazard) : Hazards,
            },
            mapping);
    }

    private bool BuildsList(Attachment attachment) => Policy.Lists switch
    {
        ListSharing.PerMap => true,
        ListSharing.PerAttachment => !attachment.HasList,
        ListSharing.Shared => !Attachments.Any(other => other.HasList),
        _ => throw new InvalidOperationException("An unknown policy was not refused."),
    };

    /// <summary>What a list does to its own importer; each limit of an attachment is reported once.</summary>
    private Hazard? BrokenBy(SgTable table, Attachment attachment)
    {
        var violation = SegmentCheck.FirstViolation(table, attachment.Takes, attachment.Device);
        return violation is null || Hazards.Any(known =>
                known.Kind == HazardKind.ListBreaksLimit && known.Attachment == attachment.Name && known.Field == violation.Field)
            ? null
            : new(
                HazardKind.ListBreaksLimit, attachment.Device, attachment.Name, violation.Field!, violation.Needed ?? 0,
                violation.Limit ?? 0, $"{attachment.Device} was handed a list it cannot use: {violation.Reason}");
    }

    private Transition Unmap(DmaCommand.Unmap command, DmaResult<BackingStorage>? allocation)
    {
        var index = IndexOfMapping(command.Mapping);
        if (index < 0)
        {
            return Transition.Refuse(
                this, Errno.EINVAL, "Mapping", $"{Name} has no mapping {Quote(command.Mapping)}.");
        }

        var next = this with { Mappings = Mappings.RemoveAt(index) };

        // No memory to move to: whoever waits is told at its map, and everyone else goes on.
        return Transition.Grant(
            allocation is { } answer && answer.TryGetValue(out var storage)
                ? next.MovedTo(storage)
                : next.WithoutStorageWhenRevoked());
    }

    /// <summary>A revoked buffer that nobody has mapped owes its pages back.</summary>
    private DmaBuffer WithoutStorageWhenRevoked() => IsRevoked && Mappings.IsEmpty && Storage is not null
        ? this with { Storage = null, Generation = Generation + 1, Superseded = Superseded.Add(Generation) }
        : this;

    /// <summary>What decides a map before memory is looked at; null when it goes on.</summary>
    private Transition? CheckMap(DmaCommand.Map command)
    {
        if (ModelName.Check(command.Mapping, "Mapping") is { } bad)
        {
            return Transition.Refuse(this, bad);
        }

        if (!Enum.IsDefined(command.Direction))
        {
            return Transition.Refuse(
                this, Errno.EINVAL, "Direction", $"Direction {(int)command.Direction} is not 0, 1 or 2.");
        }

        var index = IndexOfMapping(command.Mapping);
        if (index >= 0)
        {
            var mapping = Mappings[index];
            return mapping.Attachment == command.Attachment && mapping.Direction == command.Direction
                ? Transition.GrantAgain(this, mapping)
                : Transition.Refuse(
                    this, Errno.EEXIST, "Mapping",
                    $"Mapping {command.Mapping} of {Name} is of {mapping.Attachment}, {mapping.Direction}.");
        }

        var attached = IndexOf(command.Attachment);
        if (attached < 0)
        {
            return Transition.Refuse(this, UnknownAttachment(command.Attachment));
        }

        if (IsRevoked)
        {
            return Transition.Refuse(this, Revoked(Attachments[attached].Device));
        }

        if (Attachments[attached].IsPending && !Mappings.IsEmpty)
        {
            return Transition.Refuse(this, new(
                Errno.EAGAIN, Attachments[attached].Device, nameof(Mappings), 0, (ulong)Mappings.Length,
                $"The storage of {Name} moves for {Attachments[attached].Device} when nobody has it mapped; {Counted.Of((ulong)Mappings.Length, "mapping")} to go."));
        }

        return Mappings.Length == MappingsMax
            ? Transition.Refuse(this, new(
                Errno.ENOSPC, null, nameof(Mappings), MappingsMax + 1, MappingsMax,
                $"{Name} has {MappingsMax} live mappings, the most this model keeps."))
            : null;
    }
}
