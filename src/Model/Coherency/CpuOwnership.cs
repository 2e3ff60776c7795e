using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using Orleans;

namespace DmaGrains.Model.Coherency;

/// <summary>
/// Who owns a buffer, and the state of the CPU's caches. Devices own it while they have it mapped and the CPU has not taken it over;
/// otherwise the CPU owns it. Devices that snoop do not exclude the CPU. Cache maintenance is that of the DMA API, less what was already
/// done: while devices own the buffer there is nothing to write back, so a second mapping costs nothing (thread #12, #32). A map may owe
/// its cache work until a flush; accesses before that are hazards (thread #29, #34).
/// </summary>
/// <remarks>
/// Source: thread #12, #32; kernel/dma/direct.h (sync for device at map, for CPU at unmap); drivers/dma-buf/heaps/system_heap.c (CPU access
/// syncs every mapping); DMA_ATTR_SKIP_CPU_SYNC at a map, and dma_sync_sgtable_for_device as the flush. Deliberate difference: one sync
/// serves all mappings. Data that the CPU left in its caches is discarded by a sync from-device, as 32-bit ARM does; arm64 writes it back
/// since 5.19 when a mapping begins. The only place that decides whose turn it is and what cache work is due.
/// </remarks>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.cpu-ownership")]
public sealed record CpuOwnership
{
    /// <summary>The most open CPU accesses.</summary>
    public const int AccessesMax = 64;

    /// <summary>An untouched buffer: owned by the CPU, its zeroes perhaps still in caches.</summary>
    public static CpuOwnership Fresh { get; } = new();

    private CpuOwnership()
    {
    }

    /// <summary>The CPU's open accesses, in the order begun.</summary>
    [Id(0)]
    public ImmutableArray<OpenAccess> Accesses { get; private init; } = [];

    /// <summary>Whether everything that the CPU was allowed to write is in memory, so nothing is left to write back.</summary>
    [Id(1)]
    public bool IsWrittenBack { get; private init; }

    /// <summary>Whether a device may have changed memory since cache lines were last discarded, so the CPU may read old data.</summary>
    [Id(2)]
    public bool IsStale { get; private init; }

    /// <summary>Whether the CPU has written lines that are not in memory yet.</summary>
    [Id(3)]
    public bool IsDirty { get; private init; }

    /// <summary>The open access of that name, or null.</summary>
    public OpenAccess? Find(string name)
    {
        foreach (var access in Accesses)
        {
            if (access.Name == name)
            {
                return access;
            }
        }

        return null;
    }

    /// <summary>The state after new pages were zeroed or copied by the CPU.</summary>
    public CpuOwnership Allocated() => this with { IsWrittenBack = false, IsStale = false, IsDirty = false };

    /// <summary>The turn of a new mapping with deferred cache work: owed if there is any such work, else the device's (thread #34).</summary>
    /// <remarks>The only place where work begins to be owed.</remarks>
    public MappingTurn TurnOfDeferred(bool coherent) => coherent || IsWrittenBack ? MappingTurn.Device : MappingTurn.Owed;

    /// <summary>Hands the buffer to one more device; with a deferred flush, the cache work is owed.</summary>
    /// <param name="use">The new mapping.</param>
    /// <param name="others">The live mappings before it.</param>
    public OwnershipStep BeginDeviceUse(DeviceUse use, params DeviceUses others)
    {
        HazardKind? mixed = SnoopsOldLines(use, others) ? HazardKind.StaleSnoop : null;
        return use.Coherent || use.IsOwed ? new(this, CacheWork.None, mixed) : HandOver(use, mixed, others);
    }

    /// <summary>Hands the buffer to a device that has it mapped: a flush of the map's owed work, or dma_sync_sgtable_for_device.</summary>
    /// <param name="use">The mapping.</param>
    /// <param name="others">The other live mappings.</param>
    public OwnershipStep SyncForDevice(DeviceUse use, params DeviceUses others) =>
        use.Coherent ? new(this, CacheWork.None, null) : HandOver(use, null, others);

    /// <summary>Takes the buffer back from one device that keeps its mapping: dma_sync_sgtable_for_cpu.</summary>
    /// <param name="use">The mapping.</param>
    /// <param name="others">The other live mappings.</param>
    public OwnershipStep SyncForCpu(DeviceUse use, params DeviceUses others) => TakeBack(use, others);

    /// <summary>Takes the buffer back from one device.</summary>
    /// <param name="use">The mapping that ends.</param>
    /// <param name="others">The remaining mappings.</param>
    public OwnershipStep EndDeviceUse(DeviceUse use, params DeviceUses others) => TakeBack(use, others);

    /// <summary>The CPU takes the buffer over.</summary>
    /// <param name="access">The access, under a new name.</param>
    /// <param name="uses">The live mappings.</param>
    public OwnershipStep BeginCpuAccess(OpenAccess access, params DeviceUses uses)
    {
        Invariant.Holds(Find(access.Name) is null && Accesses.Length < AccessesMax);
        var next = this with { Accesses = Accesses.Add(access), IsWrittenBack = IsWrittenBack && !access.Writes };
        var syncs = access.Reads ? uses.Count(use => !use.Coherent) : 0;
        if (syncs == 0)
        {
            return new(next, CacheWork.None, null);
        }

        // The sync for reading discards lines without regard to deferred write-backs and to what the CPU wrote in its turn.
        return uses.Any(use => use.IsOwed) ? next.Discard(syncs - 1) with { Hazard = HazardKind.UnflushedCaches }
            : IsStale || (IsDirty && uses.Any(IsWithCpu)) ? next.Discard(syncs - 1)
            : new(next, CacheWork.None.Saving(syncs), null);
    }

    /// <summary>The CPU ends an access. After the last one, the devices that have it mapped in their turn own it again.</summary>
    /// <param name="name">An open access.</param>
    /// <param name="uses">The live mappings.</param>
    public OwnershipStep EndCpuAccess(string name, params DeviceUses uses)
    {
        var access = Find(name);
        Invariant.Holds(access is not null);
        var left = Accesses.Remove(access!.Value);
        var next = this with { Accesses = left, IsStale = IsStale || (left.IsEmpty && uses.Any(WritesInItsTurn)) };
        var syncs = uses.Count(use => !use.Coherent);
        if (syncs == 0)
        {
            return new(next, CacheWork.None, null);
        }

        if (access.Value.Writes)
        {
            var owed = uses.Count(use => use.IsOwed);
            return new(
                next with
                {
                    IsDirty = false,
                    IsWrittenBack = !next.IsWrittenByCpu && (owed != 0 || uses.Any(use => use.KeepsCpuOff)),
                    IsStale = next.IsStale || (left.IsEmpty && uses.Any(WritesOnceFlushed)),
                },
                CacheWork.Clean.Saving(syncs - 1 + owed),
                null,
                owed != 0);
        }

        // The access was declared read-only, so the sync that hands the buffer back discards whatever the CPU wrote.
        return IsDirty && !next.IsWrittenByCpu
            ? new(next with { IsDirty = false }, CacheWork.Invalidate.Saving(syncs - 1), HazardKind.DirtyDataLost)
            : new(next, CacheWork.None.Saving(syncs), null);
    }

    /// <summary>
    /// The CPU reads or writes through its caches, whoever owns the buffer. Devices that snoop do not exclude it, because both see the same
    /// data.
    /// </summary>
    /// <param name="direction">FromDevice to read, ToDevice to write, Bidirectional for both.</param>
    /// <param name="uses">The live mappings.</param>
    public OwnershipStep AccessByCpu(DmaDirection direction, params DeviceUses uses)
    {
        var touch = new OpenAccess(string.Empty, direction);
        HazardKind? hazard = Accesses.IsEmpty && uses.Any(use => use.KeepsCpuOff) ? HazardKind.CpuAccessWhileDeviceOwns
            : Accesses.IsEmpty && uses.Any(use => use.IsOwed) ? HazardKind.UnflushedCaches
            : touch.Reads && IsStale ? HazardKind.StaleCpuRead
            : null;
        return new(touch.Writes ? this with { IsDirty = true } : this, CacheWork.None, hazard);
    }

    private OwnershipStep HandOver(DeviceUse use, HazardKind? otherwise, DeviceUses others)
    {
        var next = this with { IsStale = IsStale || use.WritesUnseen };
        if (IsWrittenBack)
        {
            // Lines that the CPU wrote without permission are not written back: whether they or the device's data survive is luck.
            return new(next, CacheWork.None.Saving(1), IsDirty && use.WritesUnseen ? HazardKind.DirtyDataLost : otherwise);
        }

        // A map from-device promises to overwrite the buffer; a sync does not repeat the promise.
        var discards = use.Direction == DmaDirection.FromDevice;
        var owed = others.Count(other => other.IsOwed);
        return new(
            next with
            {
                IsWrittenBack = !IsWrittenByCpu,
                IsDirty = false,
                IsStale = next.IsStale || others.Any(WritesOnceFlushed),
            },
            (discards ? CacheWork.Invalidate : CacheWork.Clean).Saving(owed),
            discards && IsDirty && (IsWrittenByCpu || use.Turn == MappingTurn.Cpu) ? HazardKind.DirtyDataLost : otherwise,
            owed != 0);
    }

    private OwnershipStep TakeBack(DeviceUse use, DeviceUses others)
    {
        // A device that finishes before the flush has used the buffer while the CPU's caches still held data for it.
        HazardKind? unflushed = use.IsOwed ? HazardKind.UnflushedCaches : null;
        var next = this with { IsWrittenBack = IsWrittenBack && others.Any(other => other.KeepsCpuOff) };
        if (!use.WritesUnseen)
        {
            return new(next, CacheWork.None, unflushed);
        }

        if (use.IsOwed || (IsDirty && IsWithCpu(use)))
        {
            var discarded = next.Discard(0);
            return discarded with { Hazard = unflushed ?? discarded.Hazard };
        }

        // A remaining device may write again: its end, or the CPU's next access, discards the lines for both.
        return !IsStale || others.Any(WritesInItsTurn) ? new(next, CacheWork.None.Saving(1), null) : next.Discard(0);
    }

    private bool IsWrittenByCpu => Accesses.Any(access => access.Writes);

    private OwnershipStep Discard(int saved) => new(
        this with { IsStale = false, IsDirty = false },
        CacheWork.Invalidate.Saving(saved),
        IsDirty ? HazardKind.DirtyDataLost : null);

    /// <summary>
    /// Whether one device reads through the caches while another writes past them: a line that the CPU fetched in between is old, and
    /// nothing discards it before the writer is unmapped.
    /// </summary>
    private static bool SnoopsOldLines(DeviceUse use, DeviceUses others) =>
        (use.WritesUnseen && others.Any(other => other.ReadsThroughCaches))
        || (use.ReadsThroughCaches && others.Any(other => other.WritesUnseen));

    private static bool WritesInItsTurn(DeviceUse use) => use.WritesUnseen && use.IsDevicesTurn;

    private static bool WritesOnceFlushed(DeviceUse use) => use.WritesUnseen && use.IsOwed;

    private static bool IsWithCpu(DeviceUse use) => use.Turn == MappingTurn.Cpu;
}
