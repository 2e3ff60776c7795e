using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Buffers;

/// <content>Map and unmap.</content>
public sealed partial record DmaBuffer
{
    /// <summary>
    /// What a command needs of the board's memory before it can be carried out: the first map that will be granted allocates, under
    /// the union of all importers attached at that moment (thread #59).
    /// </summary>
    /// <returns>Null when the command needs no memory, or will be refused anyway.</returns>
    public AllocationRequest? AllocationFor(DmaCommand command)
    {
        if (command is not DmaCommand.Map map || Storage is not null || CheckMap(map) is not null)
        {
            return null;
        }

        var narrowest = Attachments.MinBy(attachment => attachment.HighestAddress)!;
        return new(Token, SizeBytes, Constraints, narrowest.HighestAddress, narrowest.Device);
    }

    private Transition Map(DmaCommand.Map command, DmaResult<BackingStorage>? allocation)
    {
        if (CheckMap(command) is { } decided)
        {
            return decided;
        }

        var storage = Storage;
        if (storage is null)
        {
            Invariant.Holds(allocation is not null);
            if (!allocation!.Value.TryGetValue(out storage))
            {
                return Transition.Refuse(this, allocation.Value.Refusal!);
            }

            Invariant.Holds(storage.Token == Token && storage.AllocatedUnder == Constraints);
        }

        var attachment = Attachments[IndexOf(command.Attachment)];
        if (storage.HighestAddress > attachment.HighestAddress)
        {
            return Transition.Refuse(this, new(
                Errno.EIO, attachment.Device, "DmaMask", storage.HighestAddress, attachment.HighestAddress,
                $"{attachment.Device} reaches addresses up to 0x{attachment.HighestAddress:x}; {Name} has pages up to 0x{storage.HighestAddress:x}."));
        }

        // The list stays as it was allocated: whoever attached since is satisfied by it, whoever left does not change it.
        var madeUnder = DmaConstraints.Narrow(storage.AllocatedUnder, Constraints);
        var mapping = new Mapping(
            command.Mapping, command.Attachment, command.Direction, SizeBytes, madeUnder, storage);
        mapping.AssertInvariants();
        return Transition.Grant(
            this with { Storage = storage, Mappings = Mappings.Insert(~IndexOfMapping(mapping.Name), mapping) },
            mapping);
    }

    private Transition Unmap(DmaCommand.Unmap command)
    {
        var index = IndexOfMapping(command.Mapping);
        return index < 0
            ? Transition.Refuse(
                this, Errno.EINVAL, "Mapping", $"{Name} has no mapping {Quote(command.Mapping)}.")
            : Transition.Grant(this with { Mappings = Mappings.RemoveAt(index) });
    }

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

        if (IndexOf(command.Attachment) < 0)
        {
            return Transition.Refuse(this, UnknownAttachment(command.Attachment));
        }

        return Mappings.Length == MappingsMax
            ? Transition.Refuse(this, new(
                Errno.ENOSPC, null, nameof(Mappings), MappingsMax + 1, MappingsMax,
                $"{Name} has {MappingsMax} live mappings, the most this model keeps."))
            : null;
    }
}
