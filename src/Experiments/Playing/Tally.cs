using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;

namespace DmaGrains.Experiments.Playing;

/// <summary>
/// Counts what happens on a board in spans of equal length. When there are too many spans, neighbours are joined in pairs. So its size is
/// bounded, and which spans are warm-up can be decided at the end.
/// </summary>
internal sealed class Tally
{
    /// <summary>The most spans.</summary>
    public const int SpansMax = 1024;

    /// <summary>The initial length of a span, in nanoseconds.</summary>
    public const ulong WidthMin = 1_000_000;

    private readonly List<TallySpan> _spans;
    private readonly ulong[] _counts;
    private readonly KindCounts<RefusalKind> _refusals;
    private readonly KindCounts<HazardOf> _hazards;
    private readonly ulong[] _offeredPages;
    private readonly bool[] _isContiguous;
    private readonly ulong[] _used;
    private readonly MemorySpan[] _regions;

    private TimeCounts _timesToFirstMap;
    private ulong _start;
    private ulong _width;
    private ulong _at;
    private ulong _spanEnd;
    private uint _live;
    private UInt128 _liveArea;
    private ulong _contiguousUsed;
    private MemorySpan _contiguous;

    /// <summary>Begins or continues to count.</summary>
    /// <param name="board">The board.</param>
    /// <param name="memory">Its memory now.</param>
    /// <param name="streams">The number of streams.</param>
    /// <param name="state">The earlier counts; null at the start.</param>
    public Tally(BoardDefinition board, PhysicalMemory memory, int streams, TallyState? state)
    {
        _counts = new ulong[TallySpan.PlaceOf(streams, StreamCounter.Buffers)];
        _offeredPages = [.. board.Memory.Select(region => region.Range.PageCount - region.ReservedPageCount)];
        _isContiguous = [.. board.Memory.Select(region => region.Kind == MemoryKind.Contiguous)];
        _used = new ulong[_offeredPages.Length];
        _regions = new MemorySpan[_offeredPages.Length];
        state ??= new();
        (_start, _width, _at, _live) = (state.Start, state.Width, state.At, state.Live);
        _timesToFirstMap = new(state.TimesToFirstMap);
        _spans = [.. state.Spans.Take(state.Spans.Length - 1)];
        _spanEnd = _start + ((ulong)(_spans.Count + 1) * _width);
        var current = state.Spans.LastOrDefault();
        _refusals = new(state.Refusals, current?.Refusals ?? []);
        _hazards = new(state.Hazards, current?.Hazards ?? []);
        if (current is not null)
        {
            current.Counts.CopyTo(_counts);
            current.Regions.CopyTo(_regions);
            (_liveArea, _contiguous) = (current.LiveArea, current.Contiguous);
        }

        See(memory);
    }

    /// <summary>The counts so far.</summary>
    public TallyState State => new()
    {
        Start = _start,
        Width = _width,
        At = _at,
        Live = _live,
        Spans = [.. _spans, CurrentSpan()],
        Refusals = _refusals.Kinds,
        Hazards = _hazards.Kinds,
        TimesToFirstMap = _timesToFirstMap.Counts,
    };

    /// <summary>Counts.</summary>
    public void Count(Counter counter, ulong more = 1) => _counts[(int)counter] += more;

    /// <summary>Counts buffers of a stream.</summary>
    public void Count(int stream, StreamCounter counter, ulong more) => _counts[TallySpan.PlaceOf(stream, counter)] += more;

    /// <summary>Counts a refusal.</summary>
    public void Count(in RefusalKind kind) => _refusals.Add(kind);

    /// <summary>Counts a hazard.</summary>
    public void Count(in HazardOf kind, ulong more) => _hazards.Add(kind, more);

    /// <summary>Counts a buffer's first map.</summary>
    /// <param name="nanoseconds">The time since its arrival.</param>
    public void CountFirstMap(ulong nanoseconds)
    {
        Count(Counter.FirstMaps);
        Count(Counter.FirstMapNanoseconds, nanoseconds);
        _timesToFirstMap.Add(nanoseconds);
    }

    /// <summary>Time goes on.</summary>
    /// <param name="at">Now, in nanoseconds; not before.</param>
    public void Advance(ulong at)
    {
        while (at >= _spanEnd)
        {
            Accumulate(_spanEnd);
            EndSpan();
        }
    }

    /// <summary>Sets the number of live buffers from now on.</summary>
    public void SetLive(ulong at, uint live)
    {
        Accumulate(at);
        _live = live;
    }

    /// <summary>Sets the state of memory from now on.</summary>
    public void SetMemory(ulong at, PhysicalMemory memory)
    {
        Accumulate(at);
        See(memory);
    }

    /// <summary>Discards the counts of the warm-up.</summary>
    public void BeginAnew(ulong at, PhysicalMemory memory)
    {
        Accumulate(at);
        _spans.Clear();
        ClearSpan();
        _timesToFirstMap = new();
        (_start, _width, _spanEnd) = (at, WidthMin, at + WidthMin);
        See(memory);
    }

    private void Accumulate(ulong at)
    {
        Invariant.Holds(at >= _at);
        var passed = (UInt128)(at - _at);
        if (passed == 0)
        {
            return;
        }

        _at = at;
        _liveArea += passed * _live;
        _contiguous = _contiguous with { UsedArea = _contiguous.UsedArea + (passed * _contiguousUsed) };
        for (var index = 0; index < _regions.Length; index++)
        {
            _regions[index] = _regions[index] with { UsedArea = _regions[index].UsedArea + (passed * _used[index]) };
        }
    }

    private void See(PhysicalMemory memory)
    {
        _contiguousUsed = 0;
        var (free, largest, runs) = (0UL, 0UL, 0U);
        for (var index = 0; index < _regions.Length; index++)
        {
            var region = memory.FreeOf(index);
            var (freeBytes, largestBytes) = (region.PageCount << Page.Shift, region.LargestRunPages << Page.Shift);
            _used[index] = (_offeredPages[index] << Page.Shift) - freeBytes;
            _regions[index] = _regions[index].Seeing(_used[index], freeBytes, largestBytes, (uint)region.RunCount);
            if (_isContiguous[index])
            {
                _contiguousUsed += _used[index];
                (free, largest, runs) = (free + freeBytes, Math.Max(largest, largestBytes), runs + (uint)region.RunCount);
            }
        }

        _contiguous = _contiguous.Seeing(_contiguousUsed, free, largest, runs);
    }

    private TallySpan CurrentSpan() =>
        new([.. _counts], _refusals.Counts, _hazards.Counts, _liveArea, _live, [.. _regions], _contiguous);

    private void EndSpan()
    {
        _spans.Add(CurrentSpan());
        ClearSpan();
        if (_spans.Count == SpansMax)
        {
            for (var index = 0; index < SpansMax / 2; index++)
            {
                _spans[index] = _spans[2 * index].Then(_spans[(2 * index) + 1]);
            }

            _spans.RemoveRange(SpansMax / 2, SpansMax / 2);
            _width *= 2;
        }

        _spanEnd = _start + ((ulong)(_spans.Count + 1) * _width);
    }

    /// <summary>Begins a span: levels continue, counts start from 0.</summary>
    private void ClearSpan()
    {
        Array.Clear(_counts);
        _refusals.Clear();
        _hazards.Clear();
        _liveArea = 0;
        _contiguous = Going(_contiguous, _contiguousUsed);
        for (var index = 0; index < _regions.Length; index++)
        {
            _regions[index] = Going(_regions[index], _used[index]);
        }
    }

    private static MemorySpan Going(in MemorySpan span, ulong used) =>
        new(0, used, span.LargestFreeAtEnd, span.RunsAtEnd, span.FreeAtEnd, span.LargestFreeAtEnd, span.RunsAtEnd);
}
