using System.Collections.Immutable;
using System.Numerics;

namespace DmaGrains.Model.Translation;

/// <summary>An IOMMU's address space and its held ranges. Immutable: every change gives a new value.</summary>
/// <remarks>
/// Invariant: reserved + held + retired + free = all granules, no two overlap. Source: drivers/iommu/iova.c; etnaviv's
/// allocator as told in thread #25. Deliberate difference: the kernel gives up looking below 4 GiB first once that has
/// failed.
/// </remarks>
public sealed class IovaSpace
{
    private readonly FreeIovas _free;

    /// <summary>By first granule.</summary>
    private readonly ImmutableSortedDictionary<ulong, GranuleRun> _held;

    /// <summary>Freed and not yet reaped, in the order freed.</summary>
    private readonly ImmutableList<GranuleRun> _retired;

    /// <summary>Where <see cref="IovaPolicy.RoundRobin"/> looks next.</summary>
    private readonly ulong _next;

    private IovaSpace(
        IovaSpaceLayout layout,
        FreeIovas free,
        ImmutableSortedDictionary<ulong, GranuleRun> held,
        ImmutableList<GranuleRun> retired,
        ulong next,
        ulong flushCount)
    {
        Layout = layout;
        _free = free;
        _held = held;
        _retired = retired;
        _next = next;
        FlushCount = flushCount;
    }

    /// <summary>The address space before any allocation.</summary>
    public IovaSpaceLayout Layout { get; }

    /// <summary>The number of flushes of the device's translations.</summary>
    public ulong FlushCount { get; }

    /// <summary>The held ranges, in address order.</summary>
    public IEnumerable<IovaRange> HeldRanges => _held.Values.Select(ToRange);

    /// <summary>The ranges that are freed but not yet reaped, in the order freed: the device may still have translations for them.</summary>
    public IEnumerable<IovaRange> RetiredRanges => _retired.Select(ToRange);

    /// <summary>The free ranges, in address order.</summary>
    public IEnumerable<IovaRange> FreeRanges => _free.Runs.Select(ToRange);

    /// <summary>Creates an address space in which nothing is held.</summary>
    /// <returns>The refusals of <see cref="IovaSpaceLayout.Check"/>.</returns>
    public static DmaResult<IovaSpace> Create(IovaSpaceLayout layout)
    {
        if (layout.Check() is { } refusal)
        {
            return DmaResult.Refuse<IovaSpace>(refusal);
        }

        var all = layout.Granules;
        var free = layout.ReservedGranules().Aggregate(FreeIovas.Of(all), (free, window) => free.Take(window));
        return DmaResult.Grant(new IovaSpace(
            layout, free, ImmutableSortedDictionary<ulong, GranuleRun>.Empty, [], all.First, 0));
    }

    /// <summary>Restores a stored address space: the free runs follow from the layout and the held and retired ranges.</summary>
    /// <param name="layout">The address space before any allocation.</param>
    /// <param name="state">The stored state.</param>
    /// <param name="held">The held ranges, in any order.</param>
    /// <exception cref="InvalidOperationException">They do not fit together.</exception>
    public static IovaSpace Restore(IovaSpaceLayout layout, IovaSpaceState state, IReadOnlyCollection<IovaRange> held)
    {
        var fresh = Create(layout).Value;
        var retired = state.Retired.Select(fresh.ToRun).ToImmutableList();

        // Take asserts that runs are free, so a run held twice is found here.
        var free = held.Select(fresh.ToRun).Concat(retired).Aggregate(fresh._free, (free, run) => free.Take(run));
        var space = new IovaSpace(
            layout, free, held.Select(fresh.ToRun).ToImmutableSortedDictionary(run => run.First, run => run), retired,
            state.NextGranule, state.FlushCount);
        space.AssertInvariants();
        return space;
    }

    /// <summary>The state to store, in addition to the layout and <see cref="HeldRanges"/>.</summary>
    public IovaSpaceState State => new(_next, FlushCount, [.. RetiredRanges]);

    /// <summary>Hands out a range of whole granules.</summary>
    /// <param name="lengthBytes">Bytes, 1 or more.</param>
    /// <param name="highestAddress">The highest address the device can form.</param>
    /// <returns>
    /// EINVAL for a length of 0; ENOSPC when nothing fits, not even after reaping. Both name LengthBytes and leave the
    /// space as it was. Where a map meets ENOSPC, iommu_dma_map_sg answers ENOMEM.
    /// </returns>
    /// <remarks>The only place that chooses addresses. Which errno a map gets when they are used up: <c>IommuStages.Explain</c>.</remarks>
    public (IovaSpace Next, DmaResult<IovaRange> Reply) Allocate(
        ulong lengthBytes, ulong highestAddress = ulong.MaxValue)
    {
        if (lengthBytes == 0)
        {
            return (this, DmaResult.Refuse<IovaRange>(
                Refusal.Of(Errno.EINVAL, "LengthBytes", "A range needs at least 1 byte.")));
        }

        var count = (lengthBytes / Layout.GranuleBytes) + (lengthBytes % Layout.GranuleBytes == 0 ? 0u : 1u);
        if (TryTake(count, highestAddress) is { } granted)
        {
            return granted;
        }

        var reaped = Reap();
        return !ReferenceEquals(reaped, this) && reaped.TryTake(count, highestAddress) is { } grantedAfter
            ? grantedAfter
            : (this, DmaResult.Refuse<IovaRange>(reaped.Full(lengthBytes, highestAddress)));
    }

    /// <summary>Gives back a range. <see cref="IovaSpaceLayout.Reuse"/> decides when it can be handed out again.</summary>
    /// <param name="first">Where a held range starts.</param>
    /// <returns>EINVAL naming First when no held range starts there.</returns>
    public DmaResult<IovaSpace> Free(Iova first)
    {
        var granule = first.Value / Layout.GranuleBytes;
        if (first.Value % Layout.GranuleBytes != 0 || !_held.TryGetValue(granule, out var run))
        {
            return DmaResult.Refuse<IovaSpace>(new(
                Errno.EINVAL, null, "First", first.Value, null, $"No held range starts at {first}."));
        }

        var held = _held.Remove(granule);
        return DmaResult.Grant(Layout.Reuse == IovaReuse.Lazy
            ? new IovaSpace(Layout, _free, held, _retired.Add(run), _next, FlushCount)
            : new IovaSpace(Layout, _free.Give(run), held, _retired, _next, FlushCount + 1));
    }

    /// <summary>Flushes the device's translations, so that freed ranges can be handed out again. Does nothing without freed ranges.</summary>
    public IovaSpace Reap() => _retired.IsEmpty
        ? this
        : new(Layout, _retired.Aggregate(_free, (free, run) => free.Give(run)), _held, [], _next, FlushCount + 1);

    /// <summary>Checks that the free ranges are exactly those of the layout that are neither held nor retired.</summary>
    public void AssertInvariants()
    {
        var all = Layout.Granules;
        _free.AssertInvariants(all);
        var rebuilt = Layout.ReservedGranules().Concat(_held.Values).Concat(_retired)
            .Aggregate(FreeIovas.Of(all), (free, run) => free.Take(run));
        Invariant.Holds(rebuilt.Runs.SequenceEqual(_free.Runs));
        Invariant.Holds(_held.All(held => held.Key == held.Value.First));
        Invariant.Holds(Layout.Reuse == IovaReuse.Lazy || _retired.IsEmpty);
        Invariant.Holds(Layout.Alignment == IovaAlignment.Granule
            || _held.Values.All(run => run.First % BitOperations.RoundUpToPowerOf2(run.Count) == 0));
    }

    private (IovaSpace Next, DmaResult<IovaRange> Reply)? TryTake(ulong count, ulong highestAddress)
    {
        if (Find(count, highestAddress) is not { } first)
        {
            return null;
        }

        var run = new GranuleRun(first, first + count);
        var next = new IovaSpace(Layout, _free.Take(run), _held.Add(first, run), _retired, run.End, FlushCount);
        return (next, DmaResult.Grant(ToRange(run)));
    }

    private ulong? Find(ulong count, ulong highestAddress)
    {
        var alignment = Layout.Alignment == IovaAlignment.Size ? BitOperations.RoundUpToPowerOf2(count) : 1;
        var end = Layout.GranulesThrough(highestAddress);
        return Layout.Policy switch
        {
            IovaPolicy.TopDown =>
                _free.HighestFit(count, alignment, Math.Min(end, Layout.GranulesThrough(uint.MaxValue)))
                ?? _free.HighestFit(count, alignment, end),
            IovaPolicy.FirstFit => _free.LowestFit(count, alignment, 0, end),
            IovaPolicy.RoundRobin =>
                _free.LowestFit(count, alignment, _next, end) ?? _free.LowestFit(count, alignment, 0, end),
            _ => throw new InvalidOperationException($"{Layout.Policy} is not an allocation policy."),
        };
    }

    private Refusal Full(ulong lengthBytes, ulong highestAddress)
    {
        var end = Layout.GranulesThrough(highestAddress);
        var free = _free.CountBelow(end) * Layout.GranuleBytes;
        var longest = _free.LongestBelow(end) * Layout.GranuleBytes;
        var aligned = Layout.Alignment == IovaAlignment.Size ? "size-aligned " : "";
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
}
