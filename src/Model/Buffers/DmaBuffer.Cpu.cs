using DmaGrains.Model.Coherency;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Buffers;

/// <content>CPU access, and what hand-overs between CPU and devices cost (thread #12, #32).</content>
public sealed partial record DmaBuffer
{
    private const string CpuName = "cpu";

    /// <summary>
    /// Whether devices own the buffer: it is the turn of one that has it mapped, and the CPU has no open access (thread #32). Else the CPU
    /// owns it.
    /// </summary>
    /// <remarks>
    /// The only place that names the owner. An owner that snoops does not keep the CPU off: <see cref="CpuOwnership.AccessByCpu"/> asks
    /// <see cref="DeviceUse.KeepsCpuOff"/>.
    /// </remarks>
    public bool IsOwnedByDevices => Cpu.Accesses.IsEmpty && Mappings.Sum.Any(use => use.IsDevicesTurn);

    /// <summary>Begins a CPU access; the same access under the same name is granted again.</summary>
    /// <remarks>The only place that tells a repeated access by its name.</remarks>
    internal Transition BeginCpuAccess(DmaCommand.BeginCpuAccess command)
    {
        if (CheckCpu(command.Access, command.Direction) is { } refusal)
        {
            return Transition.Refuse(this, refusal);
        }

        if (Cpu.Find(command.Access) is { } open)
        {
            return open.Direction == command.Direction
                ? Transition.GrantUnchanged(this)
                : Transition.Refuse(
                    this, Errno.EEXIST, "Access", $"Access {command.Access} to {Name} is already open, {WordOf(open.Direction)}.");
        }

        return Cpu.Accesses.Length == CpuOwnership.AccessesMax
            ? Transition.Refuse(this, new(
                Errno.ENOSPC, null, "Access", CpuOwnership.AccessesMax + 1, CpuOwnership.AccessesMax,
                $"The CPU has {CpuOwnership.AccessesMax} open accesses to {Name}, the maximum."))
            : Transition.Grant(this, With(Cpu.BeginCpuAccess(new(command.Access, command.Direction), Mappings.Sum), CpuName, string.Empty));
    }

    internal Transition EndCpuAccess(DmaCommand.EndCpuAccess command) => Cpu.Find(command.Access) is null
        ? Transition.Refuse(this, Errno.EINVAL, "Access", $"The CPU has no open access {Quote(command.Access)} to {Name}.")
        : Transition.Grant(this, With(Cpu.EndCpuAccess(command.Access, Mappings.Sum), CpuName, string.Empty));

    internal Transition AccessByCpu(DmaCommand.CpuAccess command) =>
        CheckCpu(command.Access, command.Direction) is { } refusal
            ? Transition.Refuse(this, refusal)
            : Transition.Grant(this, With(Cpu.AccessByCpu(command.Direction, Mappings.Sum), CpuName, string.Empty));

    internal Transition Flush(DmaCommand.Flush command) =>
        CheckSynced(command.Mapping) is { } refusal ? Transition.Refuse(this, refusal)
        : Mappings.Find(command.Mapping) is { Turn: MappingTurn.Owed } mapping
            ? Transition.Grant(this, HandedTo(mapping))
        : Transition.GrantUnchanged(this);

    internal Transition SyncForDevice(DmaCommand.SyncForDevice command) =>
        (ModelName.Check(command.Sync, "Sync") ?? CheckSynced(command.Mapping)) is { } refusal
            ? Transition.Refuse(this, refusal)
            : Transition.Grant(this, HandedTo(Mappings.Find(command.Mapping)!));

    internal Transition SyncForCpu(DmaCommand.SyncForCpu command)
    {
        if ((ModelName.Check(command.Sync, "Sync") ?? CheckSynced(command.Mapping)) is { } refusal)
        {
            return Transition.Refuse(this, refusal);
        }

        var mapping = Mappings.Find(command.Mapping)!;
        return Transition.Grant(this, With(Cpu.SyncForCpu(mapping.Use, UsesBut(mapping)), HolderOf(mapping), mapping.Attachment)
            .WithTurn(mapping.Name, mapping.IsCoherent ? MappingTurn.Device : MappingTurn.Cpu));
    }

    private DmaBuffer HandedTo(Mapping mapping) =>
        With(Cpu.SyncForDevice(mapping.Use, UsesBut(mapping)), HolderOf(mapping), mapping.Attachment)
            .WithTurn(mapping.Name, MappingTurn.Device);

    private DmaBuffer WithTurn(string mapping, MappingTurn turn)
    {
        var known = Mappings.Find(mapping)!;
        return known.Turn == turn ? this : this with { Mappings = Mappings.With(known with { Turn = turn }) };
    }

    /// <summary>EINVAL for an unknown mapping, ENODEV for a revoked buffer; null when it can be flushed and synced.</summary>
    private Refusal? CheckSynced(string mapping)
    {
        return Mappings.Find(mapping) is not { } known ? Refusal.Of(Errno.EINVAL, "Mapping", $"{Name} has no mapping {Quote(mapping)}.")
            : !known.HandsOver ? Refusal.Of(
                Errno.EINVAL, "Mapping",
                $"{mapping} of {Name} was taken as {WordOf(known.Access)}, and there is no device to sync it for.")
            : IsRevoked ? Revoked(HolderOf(known))
            : null;
    }

    /// <summary>EINVAL, EBADF or ENODEV when the CPU cannot access the buffer; else null.</summary>
    private Refusal? CheckCpu(string access, DmaDirection direction)
    {
        if (ModelName.Check(access, "Access") is { } bad)
        {
            return bad;
        }

        if (CheckDirection(direction) is { } refusal)
        {
            return refusal;
        }

        if (IsReleasedByAll)
        {
            return Refusal.Of(Errno.EBADF, "Buffer", $"{Name} was released, and no exporter is left to give it to the CPU.");
        }

        if (IsRevoked)
        {
            return Revoked(CpuName);
        }

        if (Lies.FirstOrDefault(region => !region.Kind.IsCpuAccessible()) is { } closed)
        {
            return Refusal.Of(Errno.EINVAL, "Memory", $"{Name} lies in {closed.Name}, which the CPU cannot access.");
        }

        return Storage is null
            ? Refusal.Of(Errno.EINVAL, nameof(Storage), $"{Name} has no storage yet; the first map allocates it.")
            : null;
    }

    private static string WordOf(DmaDirection direction) => direction switch
    {
        DmaDirection.ToDevice => "to-device",
        DmaDirection.FromDevice => "from-device",
        _ => "bidirectional",
    };

    private static Refusal? CheckDirection(DmaDirection direction) => Enum.IsDefined(direction)
        ? null
        : Refusal.Of(Errno.EINVAL, "Direction", $"Direction {(int)direction} is not known: expected 0, 1 or 2.");

    /// <summary>The turn with which a new mapping begins: the device's, unless its cache work is deferred (thread #34).</summary>
    private MappingTurn FirstTurnOf(Mapping mapping) => mapping.Options.HasFlag(MapOptions.DeferFlush)
        ? Cpu.TurnOfDeferred(mapping.IsCoherent)
        : MappingTurn.Device;

    private DmaBuffer OwnedByDevice(Mapping mapping) =>
        With(Cpu.BeginDeviceUse(mapping.Use, UsesBut(mapping)), HolderOf(mapping), mapping.Attachment);

    /// <summary>Ends the device's use. A revoked buffer can no longer be flushed, so its importers are not blamed for a missing flush.</summary>
    private DmaBuffer LeftByDevice(Mapping mapping) => With(
        Cpu.EndDeviceUse(IsRevoked ? mapping.Use with { Turn = MappingTurn.Device } : mapping.Use, Mappings.Sum),
        HolderOf(mapping),
        mapping.Attachment);

    private DeviceUses UsesBut(Mapping mapping) => Mappings.Sum.Without(mapping.Use);

    private DmaBuffer With(OwnershipStep step, string importer, string attachment)
    {
        var hazard = step.Hazard is not { } kind
            ? null
            : new Hazard(kind, importer, attachment, "Owner", 0, 0, $"{ReasonOf(kind, importer)} ({Name}).");
        return (this with
        {
            Cpu = step.Next,
            Mappings = step.SeesToOwed ? Mappings.WithEach(WithoutOwed, uses => uses.Any(use => use.IsOwed)) : Mappings,
            Costs = step.Work == default ? Costs : Costs with
            {
                CacheCleans = Costs.CacheCleans + step.Work.Cleans,
                CacheInvalidates = Costs.CacheInvalidates + step.Work.Invalidates,
                CacheWorkSaved = Costs.CacheWorkSaved + step.Work.Saved,
            },
        }).RecordHazard(hazard);
    }

    private static Mapping WithoutOwed(Mapping mapping) =>
        mapping.Turn == MappingTurn.Owed ? mapping with { Turn = MappingTurn.Device } : mapping;

    private string ReasonOf(HazardKind kind, string who) => kind switch
    {
        HazardKind.UnflushedCaches when who == CpuName =>
            $"The CPU accessed the buffer before {HolderOf(Mappings.First(mapping => mapping.Turn == MappingTurn.Owed))} flushed what its map owes: what the CPU wrote may be lost, and what it reads may be stale",
        HazardKind.UnflushedCaches =>
            $"{who} finished before the flush that its map owes: what it read may be stale, and what it or the CPU wrote may be lost",
        HazardKind.CpuAccessWhileDeviceOwns => "The CPU accessed the buffer while devices owned it: begin CPU access first",
        HazardKind.StaleCpuRead => "The CPU read data that its caches held from before a device wrote: begin CPU access for reading first",
        HazardKind.StaleSnoop =>
            $"Since {who} mapped it, one device reads the buffer through the CPU's caches while another writes behind their back",
        _ when who == CpuName => "What the CPU wrote was discarded: it had no write access when the buffer changed hands",
        _ => $"What the CPU wrote was discarded when {who} handed the buffer back",
    };
}
