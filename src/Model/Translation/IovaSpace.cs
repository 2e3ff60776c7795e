using System.Collections.Immutable;
using System.Numerics;

namespace DmaGrains.Model.Translation;

/// <summary>An IOMMU's address space and its held ranges. Immutable: every change gives a new value.</summary>
/// <remarks>
/// Invariant: reserved + held + retired + cached + free = all granules, no two overlap. Source: drivers/iommu/iova.c and
/// drivers/iommu/dma-iommu.c of Linux 7.3.4 (<see cref="IovaPolicy.TopDown"/>); etnaviv's allocator as told in thread #25.
/// </remarks>
public sealed record IovaSpace
{
    /// <summary>
    /// The most ranges that wait for a flush; one more is preceded by it (drivers/iommu/dma-iommu.c, queue_iova: 256 entries, one of which
    /// stays empty). The kernel also flushes after 10 ms; the model has no such clock.
    /// </summary>
    public const int RetiredMax = 255;

    private IovaSpace(IovaSpaceLayout layout, FreeIovas free) => (Layout, Runs, Next) = (layout, free, layout.Granules.First);

    /// <summary>The address space before any allocation.</summary>
    public IovaSpaceLayout Layout { get; }

    /// <summary>The number of flushes of the device's translations.</summary>
    public ulong FlushCount { get; private init; }

    /// <summary>The held ranges, in address order.</summary>
    public IEnumerable<IovaRange> HeldRanges => Held.Values.Select(held => ToRange(held.Mapped));

    /// <summary>The ranges that are freed but not yet reaped, in the order freed: the device may still have translations for them.</summary>
    public IEnumerable<IovaRange> RetiredRanges => Retired.Select(ToRange);

    /// <summary>The ranges that are freed and kept for requests of the same size.</summary>
    public IEnumerable<IovaRange> CachedRanges => Cached.Runs.Select(ToRange);

    /// <summary>The free ranges, in address order.</summary>
    public IEnumerable<IovaRange> FreeRanges => Runs.Runs.Select(ToRange);

    private FreeIovas Runs { get; init; }

    /// <summary>By first granule.</summary>
    private ImmutableSortedDictionary<ulong, HeldRun> Held { get; init; } = ImmutableSortedDictionary<ulong, HeldRun>.Empty;

    /// <summary>Freed and not yet reaped, in the order freed.</summary>
    private ImmutableList<GranuleRun> Retired { get; init; } = [];

    /// <summary>Where <see cref="IovaPolicy.RoundRobin"/> looks next.</summary>
    private ulong Next { get; init; }

    private IovaSearch Search { get; init; }

    private ImmutableSortedSet<string> BeyondPci { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    private IovaCaches Cached { get; init; } = IovaCaches.Empty;

    /// <summary>The granule at 4 GiB.</summary>
    private ulong FourGiB => (1UL << 32) / Layout.GranuleBytes;

    /// <summary>Creates an address space in which nothing is held.</summary>
    /// <returns>The refusals of <see cref="IovaSpaceLayout.Check"/>.</returns>
    public static DmaResult<IovaSpace> Create(IovaSpaceLayout layout) => layout.Check() is { } refusal
        ? DmaResult.Refuse<IovaSpace>(refusal)
        : DmaResult.Grant(new IovaSpace(
            layout, layout.ReservedGranules().Aggregate(FreeIovas.Of(layout.Granules), (free, window) => free.Take(window))));

    /// <summary>Restores a stored address space: the free runs follow from the layout and the held, retired and cached ranges.</summary>
    /// <param name="layout">The address space before any allocation.</param>
    /// <param name="state">The stored state.</param>
    /// <param name="held">The held ranges, in any order.</param>
    /// <exception cref="InvalidOperationException">They do not fit together.</exception>
    public static IovaSpace Restore(IovaSpaceLayout layout, IovaSpaceState state, IReadOnlyCollection<IovaRange> held)
    {
        var fresh = Create(layout).Value;
        var retired = state.Retired.Select(fresh.ToRun).ToImmutableList();
        var cached = IovaCaches.Restore(state.Cached);

        // Take asserts that runs are free, so a run held twice is found here.
        var free = held.Select(fresh.ToRun).Concat(retired).Concat(cached.Runs).Aggregate(fresh.Runs, (free, run) => free.Take(run));
        var runs = ImmutableSortedDictionary.CreateBuilder<ulong, HeldRun>();
        foreach (var mapped in held.Select(fresh.ToRun))
        {
            // Builds before took no more granules than were mapped.
            var tail = new GranuleRun(mapped.End, mapped.First + fresh.TakenFor(mapped.Count));
            var isTaken = tail.Count > 0 && free.NextTaken(tail.First) >= tail.End;
            free = isTaken ? free.Take(tail) : free;
            runs.Add(mapped.First, new(mapped, isTaken ? new(mapped.First, tail.End) : mapped));
        }

        var space = fresh with
        {
            Runs = free,
            Held = runs.ToImmutable(),
            Retired = retired,
            Next = state.NextGranule,
            Search = state.Search,
            BeyondPci = state.BeyondPci.IsDefault ? fresh.BeyondPci : fresh.BeyondPci.Union(state.BeyondPci),
            Cached = cached,
            FlushCount = state.FlushCount,
        };
        space.AssertInvariants();
        return space;
    }

    /// <summary>The state to store, in addition to the layout and <see cref="HeldRanges"/>.</summary>
    public IovaSpaceState State => new(Next, FlushCount, [.. RetiredRanges], Search, [.. BeyondPci], Cached.State);

    /// <summary>Hands out a range of whole granules.</summary>
    /// <param name="lengthBytes">Bytes, 1 or more.</param>
    /// <param name="highestAddress">The highest address the device can form; the granule that it lies in may be used.</param>
    /// <param name="pciDevice">The name of the device if it is a PCI device; else null.</param>
    /// <returns>
    /// EINVAL for a length of 0; ENOSPC when nothing fits, not even after cached ranges, or, where a driver owns the tables, retired ones
    /// were given back. Both name LengthBytes and hold nothing, but a later search may begin elsewhere. Where a map meets ENOSPC,
    /// iommu_dma_map_sg answers ENOMEM.
    /// </returns>
    /// <remarks>The only place that chooses addresses. Which errno a map gets when they are used up: <c>IommuStages.Explain</c>.</remarks>
    public (IovaSpace Next, DmaResult<IovaRange> Reply) Allocate(
        ulong lengthBytes, ulong highestAddress = ulong.MaxValue, string? pciDevice = null)
    {
        if (lengthBytes == 0)
        {
            return (this, DmaResult.Refuse<IovaRange>(
                Refusal.Of(Errno.EINVAL, "LengthBytes", "A range needs at least 1 byte.")));
        }

        var count = (lengthBytes / Layout.GranuleBytes) + (lengthBytes % Layout.GranuleBytes == 0 ? 0u : 1u);
        var (next, found) = Layout.Policy == IovaPolicy.TopDown
            ? AllocateTopDown(TakenFor(count), highestAddress, pciDevice)
            : AllocateUpwards(count, highestAddress);
        if (found is not { } taken)
        {
            return (next, DmaResult.Refuse<IovaRange>(next.Full(lengthBytes, highestAddress, RefusedAtOnce(count, highestAddress))));
        }

        var mapped = new GranuleRun(taken.First, taken.First + count);
        return (next with { Held = Held.Add(mapped.First, new(mapped, taken)) }, DmaResult.Grant(ToRange(mapped)));
    }

    /// <summary>Gives back a range. <see cref="IovaSpaceLayout.Reuse"/> decides when it can be handed out again.</summary>
    /// <param name="first">Where a held range starts.</param>
    /// <returns>EINVAL naming First when no held range starts there.</returns>
    public DmaResult<IovaSpace> Free(Iova first)
    {
        var granule = first.Value / Layout.GranuleBytes;
        if (first.Value % Layout.GranuleBytes != 0 || !Held.TryGetValue(granule, out var held))
        {
            return DmaResult.Refuse<IovaSpace>(new(
                Errno.EINVAL, null, "First", first.Value, null, $"No held range starts at {first}."));
        }

        var run = held.Taken;
        var without = this with { Held = Held.Remove(granule) };
        if (Layout.Reuse == IovaReuse.Lazy)
        {
            var room = Layout.Policy == IovaPolicy.TopDown && Retired.Count == RetiredMax ? without.Reap() : without;
            return DmaResult.Grant(room with { Retired = room.Retired.Add(run) });
        }

        return DmaResult.Grant(without.Give(run) with { FlushCount = FlushCount + 1 });
    }

    /// <summary>Flushes the device's translations, so that freed ranges can be handed out again. Does nothing without freed ranges.</summary>
    public IovaSpace Reap() => Retired.IsEmpty
        ? this
        : Retired.Aggregate(this, (space, run) => space.Give(run)) with { Retired = [], FlushCount = FlushCount + 1 };

    /// <summary>Checks that the free ranges are exactly those of the layout that are neither held nor retired.</summary>
    public void AssertInvariants()
    {
        var all = Layout.Granules;
        Runs.AssertInvariants(all);
        var rebuilt = Layout.ReservedGranules().Concat(Held.Values.Select(held => held.Taken)).Concat(Retired).Concat(Cached.Runs)
            .Aggregate(FreeIovas.Of(all), (free, run) => free.Take(run));
        Invariant.Holds(rebuilt.Runs.SequenceEqual(Runs.Runs));
        Invariant.Holds(Held.All(held => held.Key == held.Value.Mapped.First && held.Key == held.Value.Taken.First && held.Value.Mapped.Count <= held.Value.Taken.Count));
        Invariant.Holds(Layout.Reuse == IovaReuse.Lazy || Retired.IsEmpty);
        Invariant.Holds(Layout.Alignment == IovaAlignment.Granule
            || Held.Values.All(held => held.Taken.First % BitOperations.RoundUpToPowerOf2(held.Taken.Count) == 0));
    }

    /// <summary>iommu_dma_alloc_iova: a PCI device first gets addresses below 4 GiB, as long as that has never failed for it.</summary>
    private (IovaSpace Next, GranuleRun? Run) AllocateTopDown(ulong count, ulong highestAddress, string? pciDevice)
    {
        var space = this;
        if (pciDevice is not null && Math.Min(highestAddress, Layout.Last.Value) > uint.MaxValue && !BeyondPci.Contains(pciDevice))
        {
            var (low, run) = AllocateFast(count, EndOf(uint.MaxValue));
            if (run is not null)
            {
                return (low, run);
            }

            space = low with { BeyondPci = BeyondPci.Add(pciDevice) };
        }

        var end = EndOf(highestAddress);
        var (next, found) = space.AllocateFast(count, end);
        if (found is not null || !next.Cached.Runs.Any())
        {
            return (next, found);
        }

        return (next.Cached.Runs.Aggregate(next, (drained, run) => drained.GiveToTree(run)) with { Cached = IovaCaches.Empty }).FindTopDown(count, end);
    }

    /// <summary>alloc_iova_fast: what was freed last, or else a search.</summary>
    private (IovaSpace Next, GranuleRun? Run) AllocateFast(ulong count, ulong end)
    {
        var (caches, first) = Cached.Take(count, end);
        var space = ReferenceEquals(caches, Cached) ? this : this with { Cached = caches };
        return first is { } kept ? (space, new GranuleRun(kept, kept + count)) : space.FindTopDown(count, end);
    }

    /// <summary>
    /// __alloc_and_insert_iova_range: downwards from the last range handed out; when nothing fits below it, once more between it and the
    /// limit.
    /// </summary>
    private (IovaSpace Next, GranuleRun? Run) FindTopDown(ulong count, ulong end)
    {
        var isLow = end <= FourGiB;
        if (isLow && count >= (Search.RefusedCount ?? FourGiB))
        {
            return (this, null);
        }

        var alignment = AlignmentFor(count);
        var hint = isLow ? Search.Low : Search.High;
        var found = Runs.HighestFit(count, alignment, Math.Min(end, hint ?? end));
        if (found is null && hint is { } passed && Runs.NextFree(passed) is { } from && from < end)
        {
            found = Runs.HighestFit(count, alignment, end, from);
        }

        if (found is not { } first)
        {
            return (Search.RefusedCount == count ? this : this with { Search = Search with { RefusedCount = count } }, null);
        }

        var run = new GranuleRun(first, first + count);
        var search = run.End <= FourGiB ? Search with { Low = first } : Search with { High = first };
        return (this with { Runs = Runs.Take(run), Search = search }, run);
    }

    /// <summary>The lowest fitting base, or the next one; when there is none, once more after a flush (thread #25).</summary>
    private (IovaSpace Next, GranuleRun? Run) AllocateUpwards(ulong count, ulong highestAddress)
    {
        var found = FindUpwards(count, highestAddress);
        if (found.Run is not null || Retired.IsEmpty)
        {
            return found;
        }

        var flushed = Reap().FindUpwards(count, highestAddress);
        return flushed.Run is null ? found : flushed;
    }

    private (IovaSpace Next, GranuleRun? Run) FindUpwards(ulong count, ulong highestAddress)
    {
        var alignment = AlignmentFor(count);
        var end = Layout.GranulesThrough(highestAddress);
        var after = Layout.Policy == IovaPolicy.RoundRobin ? Runs.LowestFit(count, alignment, Next, end) : null;
        if ((after ?? Runs.LowestFit(count, alignment, 0, end)) is not { } first)
        {
            return (this, null);
        }

        var run = new GranuleRun(first, first + count);
        return (this with { Runs = Runs.Take(run), Next = run.End }, run);
    }

    /// <summary>free_iova_fast: keeps a range for the next request of its size, or gives it back.</summary>
    private IovaSpace Give(GranuleRun run) => Layout.Caches && IovaCaches.IsKept(run.Count)
        ? this with { Cached = Cached.Push(run) }
        : GiveToTree(run);

    /// <summary>__cached_rbnode_delete_update: searches go on above a range that is given back.</summary>
    private IovaSpace GiveToTree(GranuleRun run)
    {
        var freed = this with { Runs = Runs.Give(run) };
        if (Layout.Policy != IovaPolicy.TopDown)
        {
            return freed;
        }

        var next = Runs.NextTaken(run.End) is var above && above < Layout.Granules.End ? above : (ulong?)null;
        var search = Search;
        if (Search.Low is { } low && (run.First == low || (run.End <= FourGiB && run.First >= low)))
        {
            search = search with { Low = next };
        }

        if (run.First < FourGiB)
        {
            search = search with { RefusedCount = null };
        }

        if (Search.High is { } high && run.First >= high)
        {
            search = search with { High = next };
        }

        return freed with { Search = search };
    }

    /// <summary>The granules that are taken for so many: fewer than 32 are rounded up to a power of two (alloc_iova_fast).</summary>
    private ulong TakenFor(ulong count) =>
        Layout.Policy == IovaPolicy.TopDown && count < IovaCaches.CountMax ? BitOperations.RoundUpToPowerOf2(count) : count;

    private ulong AlignmentFor(ulong count) => Layout.Alignment == IovaAlignment.Size ? BitOperations.RoundUpToPowerOf2(count) : 1;

    /// <summary>The granule after the last one allowed: that of an address, if the space reaches so far.</summary>
    private ulong EndOf(ulong address) => Math.Min((address / Layout.GranuleBytes) + 1, Layout.Granules.End);

    /// <summary>The granules that were refused before, if a request of so many is refused for that alone; else null.</summary>
    private ulong? RefusedAtOnce(ulong count, ulong highestAddress) =>
        Layout.Policy == IovaPolicy.TopDown && Search.RefusedCount is { } refused && TakenFor(count) >= refused && EndOf(highestAddress) <= FourGiB && !Cached.Runs.Any()
            ? refused
            : null;

    private Refusal Full(ulong lengthBytes, ulong highestAddress, ulong? remembered)
    {
        var end = Layout.GranulesThrough(highestAddress);
        var free = Runs.CountBelow(end) * Layout.GranuleBytes;
        var longest = Runs.LongestBelow(end) * Layout.GranuleBytes;
        var aligned = Layout.Alignment == IovaAlignment.Size ? "size-aligned " : "";
        if (remembered is { } refused)
        {
            return new(
                Errno.ENOSPC, null, "LengthBytes", lengthBytes, (refused - 1) * Layout.GranuleBytes,
                $"No {aligned}range of {lengthBytes} bytes up to 0x{Math.Min(highestAddress, Layout.Last.Value):x}: {refused * Layout.GranuleBytes} bytes were refused before, and until something "
                + $"below 4 GiB is unmapped as much is refused without a search; {free} bytes are free there.");
        }

        return new(
            Errno.ENOSPC, null, "LengthBytes", lengthBytes, longest,
            $"No {aligned}range of {lengthBytes} bytes up to 0x{Math.Min(highestAddress, Layout.Last.Value):x}: "
            + $"{free} bytes are free there, the longest range has {longest}.");
    }

    private IovaRange ToRange(GranuleRun run) =>
        new(new(run.First * Layout.GranuleBytes), run.Count * Layout.GranuleBytes);

    private GranuleRun ToRun(IovaRange range)
    {
        var first = range.First.Value / Layout.GranuleBytes;
        return new(first, first + (range.LengthBytes / Layout.GranuleBytes));
    }

    /// <summary>A range that is handed out.</summary>
    /// <param name="Mapped">What was asked for.</param>
    /// <param name="Taken">What nobody else gets meanwhile.</param>
    private readonly record struct HeldRun(GranuleRun Mapped, GranuleRun Taken);
}
