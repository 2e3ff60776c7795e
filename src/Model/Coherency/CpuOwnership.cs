using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using Orleans;

namespace DmaGrains.Model.Coherency;

/// <summary>
/// Whose a buffer is, and what the CPU's caches have of it. Devices own it while they have it mapped and the CPU has not taken it over;
/// else it is the CPU's. Cache maintenance is that of the DMA API, less what is seen to already: while devices own the buffer the CPU
/// leaves nothing to write back, so that a second mapping costs nothing (thread #12, #32).
/// </summary>
/// <remarks>
/// Source: thread #12, #32; kernel/dma/direct.h (sync for device at map, for CPU at unmap); drivers/dma-buf/heaps/system_heap.c (CPU
/// access syncs every mapping). Deliberate difference: one sync serves all mappings. Data that the CPU left in its caches is discarded
/// by a sync from-device, as 32-bit ARM does; arm64 writes it back since 5.19 when a mapping begins.
/// </remarks>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.cpu-ownership")]
public sealed record CpuOwnership
{
    /// <summary>Most open accesses of the CPU.</summary>
    public const int AccessesMax = 64;

    /// <summary>A buffer that nobody has touched: the CPU's, its zeroes perhaps still in caches.</summary>
    public static CpuOwnership Fresh { get; } = new();

    private CpuOwnership()
    {
    }

    /// <summary>The CPU's open accesses, in the order begun.</summary>
    [Id(0)]
    public ImmutableArray<OpenAccess> Accesses { get; private init; } = [];

    /// <summary>Whether memory has all that the CPU was allowed to write: nothing is left to write back.</summary>
    [Id(1)]
    public bool IsCleaned { get; private init; }

    /// <summary>Whether a device may have changed memory since lines were last discarded: what the CPU reads may be old.</summary>
    [Id(2)]
    public bool IsStale { get; private init; }

    /// <summary>Whether the CPU has written lines that memory does not have.</summary>
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

    /// <summary>New pages: zeroed or copied by the CPU, which is allowed to.</summary>
    public CpuOwnership Allocated() => this with { IsCleaned = false, IsStale = false, IsDirty = false };

    /// <summary>Hands the buffer to one more device.</summary>
    /// <param name="use">The new mapping.</param>
    /// <param name="others">The live ones before it.</param>
    public OwnershipStep Map(DeviceUse use, params ReadOnlySpan<DeviceUse> others)
    {
        HazardKind? mixed = SnoopsOldLines(use, others) ? HazardKind.StaleSnoop : null;
        if (use.Coherent)
        {
            return new(this, CacheWork.None, mixed);
        }

        var next = this with { IsStale = IsStale || use.WritesUnseen };
        return IsCleaned
            ? new(next, CacheWork.None.Saving(1), mixed)
            : new(
                next with { IsCleaned = !IsWrittenByCpu, IsDirty = false },
                use.Direction == DmaDirection.FromDevice ? CacheWork.Invalidate : CacheWork.Clean,
                use.Direction == DmaDirection.FromDevice && IsDirty && IsWrittenByCpu ? HazardKind.DirtyDataLost : mixed);
    }

    /// <summary>Takes the buffer back from one device.</summary>
    /// <param name="use">The mapping that ends.</param>
    /// <param name="others">Those that go on.</param>
    public OwnershipStep Unmap(DeviceUse use, params ReadOnlySpan<DeviceUse> others)
    {
        var next = this with { IsCleaned = IsCleaned && !others.IsEmpty };
        if (!use.WritesUnseen)
        {
            return new(next, CacheWork.None, null);
        }

        // Whoever goes on may write again: its end, or the CPU's beginning, sees to the lines of both.
        return !IsStale || CountWriters(others) != 0 ? new(next, CacheWork.None.Saving(1), null) : next.Discard(0);
    }

    /// <summary>The CPU takes the buffer over.</summary>
    /// <param name="access">What it is going to do; of a new name.</param>
    /// <param name="uses">The live mappings.</param>
    public OwnershipStep BeginCpuAccess(OpenAccess access, params ReadOnlySpan<DeviceUse> uses)
    {
        Invariant.Holds(Find(access.Name) is null && Accesses.Length < AccessesMax);
        var next = this with { Accesses = Accesses.Add(access), IsCleaned = IsCleaned && !access.Writes };
        var syncs = access.Reads ? CountIncoherent(uses) : 0;
        return syncs == 0 ? new(next, CacheWork.None, null)
            : IsStale ? next.Discard(syncs - 1)
            : new(next, CacheWork.None.Saving(syncs), null);
    }

    /// <summary>The CPU hands the buffer back.</summary>
    /// <param name="name">An open access.</param>
    /// <param name="uses">The live mappings.</param>
    public OwnershipStep EndCpuAccess(string name, params ReadOnlySpan<DeviceUse> uses)
    {
        var access = Find(name);
        Invariant.Holds(access is not null);
        var left = Accesses.Remove(access!.Value);
        var next = this with { Accesses = left, IsStale = IsStale || (left.IsEmpty && CountWriters(uses) != 0) };
        var syncs = CountIncoherent(uses);
        if (syncs == 0)
        {
            return new(next, CacheWork.None, null);
        }

        if (access.Value.Writes)
        {
            return new(next with { IsDirty = false, IsCleaned = !next.IsWrittenByCpu }, CacheWork.Clean.Saving(syncs - 1), null);
        }

        // It said that it only reads: the sync that hands the buffer back discards what it wrote all the same.
        return IsDirty && !next.IsWrittenByCpu
            ? new(next with { IsDirty = false }, CacheWork.Invalidate.Saving(syncs - 1), HazardKind.DirtyDataLost)
            : new(next, CacheWork.None.Saving(syncs), null);
    }

    /// <summary>The CPU reads or writes through its caches, whoever owns the buffer.</summary>
    /// <param name="direction">From the device to read, to the device to write, or both.</param>
    /// <param name="uses">The live mappings.</param>
    public OwnershipStep Touch(DmaDirection direction, params ReadOnlySpan<DeviceUse> uses)
    {
        var touch = new OpenAccess(string.Empty, direction);
        HazardKind? hazard = Accesses.IsEmpty && !uses.IsEmpty ? HazardKind.CpuAccessWhileDeviceOwns
            : touch.Reads && IsStale ? HazardKind.StaleCpuRead
            : null;
        return new(touch.Writes ? this with { IsDirty = true } : this, CacheWork.None, hazard);
    }

    private bool IsWrittenByCpu => Accesses.Any(access => access.Writes);

    private OwnershipStep Discard(int saved) => new(
        this with { IsStale = false, IsDirty = false },
        CacheWork.Invalidate.Saving(saved),
        IsDirty ? HazardKind.DirtyDataLost : null);

    /// <summary>
    /// Whether one device reads through the caches while another writes behind their back: a line that the CPU fetched in between is
    /// old, and nothing discards it before the writer is unmapped.
    /// </summary>
    private static bool SnoopsOldLines(DeviceUse use, ReadOnlySpan<DeviceUse> others)
    {
        foreach (var other in others)
        {
            if ((use.WritesUnseen && other.ReadsThroughCaches) || (other.WritesUnseen && use.ReadsThroughCaches))
            {
                return true;
            }
        }

        return false;
    }

    private static int CountIncoherent(ReadOnlySpan<DeviceUse> uses)
    {
        var count = 0;
        foreach (var use in uses)
        {
            count += use.Coherent ? 0 : 1;
        }

        return count;
    }

    private static int CountWriters(ReadOnlySpan<DeviceUse> uses)
    {
        var count = 0;
        foreach (var use in uses)
        {
            count += use.WritesUnseen ? 1 : 0;
        }

        return count;
    }
}
