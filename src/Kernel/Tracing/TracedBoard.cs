using System.Globalization;
using System.Numerics;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tracing;

/// <summary>
/// A board on which a trace can be played when no board of the machine was given: memory in pieces as long as the entries that the trace shows,
/// devices that reach what they were given, an IOMMU for each whose lists were translated, a bounce pool as large as the trace tells.
/// </summary>
internal sealed class TracedBoard
{
    /// <summary>Memory for other policies than the kernel's.</summary>
    public const string Spare = "spare";

    private const ulong Start = 1 << 20;
    private const ulong FourGiB = 1UL << 32;
    private const ulong DefaultPool = 64 << 20;

    // A board has at most so many pieces of memory, and is slow to play on long before.
    private const ulong PiecesMax = MemoryRegionLayout.FreeRunsMax / 4;

    // What a zone of the page allocator gives in one piece.
    private const ulong BlockBytes = 4 << 20;

    private readonly List<(string Name, string Kind, ulong Start, ulong SizeBytes, ulong RunBytes, string Source)> _regions = [];
    private readonly Dictionary<TracedBuffer, string> _regionOf = [];
    private readonly TraceHistory _history;
    private readonly bool _isForced;
    private ulong _pieces;

    private TracedBoard(TraceHistory history, bool isForced) => (_history, _isForced) = (history, isForced);

    /// <summary>The region that a buffer lies in.</summary>
    public string RegionOf(TracedBuffer buffer) => _regionOf[buffer];

    /// <summary>A board for these buffers and devices.</summary>
    /// <param name="history">The trace.</param>
    /// <param name="buffers">The buffers, each with a size.</param>
    public static TracedBoard Of(TraceHistory history, IReadOnlyList<TracedBuffer> buffers)
    {
        var isForced = history.Steps.Any(step => step.List?.Bounces.AreForced == true || step.RefusedBounces.AreForced);
        var board = new TracedBoard(history, isForced);
        board.AddMemory(buffers);
        return board;
    }

    /// <summary>The board file's text.</summary>
    /// <param name="devices">The devices to list: the board's names by the kernel's.</param>
    public string Text(IReadOnlyDictionary<string, string> devices)
    {
        var text = new YamlText();
        text.Comment("Written by dmagrains import trace. No trace tells the limits of devices, and only what was used of memory: replace this by a board");
        text.Comment("of the machine (dmagrains capture) where there is one.");
        text.Map().Pair("name", "traced").Word("title").Quoted("The machine of a trace, as far as the trace tells it").Word("memory").List();
        foreach (var (name, kind, start, size, run, source) in _regions)
        {
            text.Map().Pair("name", name).Pair("kind", kind).Pair("start", Address(start)).Pair("size", Address(size));
            if (run != 0)
            {
                text.Word("reserved").Map(inLine: true).Pair("every", Address(run + Page.SizeBytes)).Pair("pages", "1").End();
            }

            text.Word("source").Quoted(source).End();
        }

        text.End();
        var traced = _history.Devices.ToDictionary(device => device.Name);
        var mmus = devices.Where(device => traced.GetValueOrDefault(device.Key)?.LowestIova is not null).Take(BoardDefinition.StagesMax)
            .Select((device, index) => (device.Key, Name: $"mmu-{index + 1}")).ToDictionary(mmu => mmu.Key, mmu => mmu.Name);
        if (mmus.Count > 0)
        {
            text.Word("iommus").List();
            foreach (var (kernel, mmu) in mmus)
            {
                text.Map().Pair("name", mmu).Pair("first", "0x0").Pair("last", Address(Covering(traced[kernel].HighestIova)))
                    .Word("source").Quoted($"Lists of {devices[kernel]} used 0x{traced[kernel].LowestIova:x} to 0x{traced[kernel].HighestIova:x}").End();
            }

            text.End();
        }

        text.Word("devices").List();
        foreach (var (kernel, name) in devices)
        {
            Write(text, kernel, name, mmus.GetValueOrDefault(kernel), traced.GetValueOrDefault(kernel));
        }

        if (devices.Count == 0)
        {
            text.Map().Pair("name", "none").End();
        }

        return text.ToString();
    }

    private void Write(YamlText text, string kernel, string name, string? mmu, TracedDevice? traced)
    {
        var (mask, source) = MaskOf(kernel, traced);
        text.Map().Pair("name", name).Word("description").Quoted(HarmlessText.Short($"In the trace as {kernel}", Quoted.LengthMax)).Pair("dma_mask", Address(mask));
        if (mmu is not null)
        {
            text.Pair("iommu", mmu);
        }

        text.Word("sources").Map().Word("dma_mask").Quoted(source).End().End();
    }

    private (ulong Mask, string Source) MaskOf(string kernel, TracedDevice? traced)
    {
        if (_isForced)
        {
            return (uint.MaxValue, "the kernel was told to copy everything (swiotlb=force): written as memory that no device reaches");
        }

        if (traced?.DmaMask is { } told and not 0)
        {
            return (told, "swiotlb_bounced tells it");
        }

        if (traced?.LowestIova is not null)
        {
            return (Covering(traced.HighestIova), "covers the addresses that its lists used");
        }

        var highest = _history.Steps
            .Where(step => step.Device == kernel && step.List is not null)
            .SelectMany(step => step.List!.Segments)
            .Select(segment => segment.Last)
            .DefaultIfEmpty(0UL).Max();
        return highest > uint.MaxValue
            ? (Covering(highest), "covers the addresses that it was given")
            : (uint.MaxValue, "not in the trace: the kernel's default");
    }

    private static ulong Covering(ulong address) => address == 0 ? 0xfff : ulong.MaxValue >> BitOperations.LeadingZeroCount(address | 0xfff);

    private void AddMemory(IReadOnlyList<TracedBuffer> buffers)
    {
        var entries = new Dictionary<TracedBuffer, ulong>();
        foreach (var step in _history.Steps)
        {
            if (step is { Op: TraceOp.Map, Result: 0, EntryCount: { } count and > 0, Buffer: { } buffer })
            {
                entries[buffer] = count;
            }
            else if (step is { RefusedBounces: { Count: > 0 } copies, Buffer: { SizeBytes: { } size } refused })
            {
                entries.TryAdd(refused, Math.Max(1, size / Math.Max(1, copies.SizeBytes / (ulong)copies.Count)));
            }
        }

        var at = Start;
        var groups = buffers.GroupBy(buffer => (IsHigh: _isForced || buffer.LowestPhysical >= FourGiB, Run: RunOf(buffer, entries)))
            .OrderBy(group => group.Key.IsHigh).ThenBy(group => group.Key.Run).ToList();
        var isHigh = false;
        foreach (var group in groups)
        {
            if (group.Key.IsHigh && !isHigh)
            {
                AddPool(ref at);
                AddSpare(ref at, buffers);
                at = Math.Max(at, FourGiB);
                isHigh = true;
            }

            var run = group.Key.Run;
            var bytes = group.Aggregate(0UL, (sum, buffer) => sum + Needed(buffer.SizeBytes!.Value, run));
            var name = $"{(isHigh ? "high" : "low")}-{(run == 0 ? "whole" : $"{run >> Page.Shift}-pages")}";
            var kind = run == 0 && group.Any(buffer => buffer.SizeBytes > BlockBytes) ? "contiguous" : "system";
            var source = run == 0
                ? "room for the buffers that lie in one piece, or whose entries the trace does not show"
                : $"room for the buffers whose entries have {run} bytes on average";
            Add(ref at, name, kind, bytes, run, source);
            foreach (var buffer in group)
            {
                _regionOf[buffer] = name;
            }
        }

        if (!isHigh)
        {
            AddPool(ref at);
            AddSpare(ref at, buffers);
        }
    }

    private static ulong Needed(ulong size, ulong run)
    {
        var pages = Pages(size);
        return run == 0 ? pages : (pages + run - 1) / run * (run + Page.SizeBytes);
    }

    private static ulong Pages(ulong bytes) => (bytes + Page.SizeBytes - 1) / Page.SizeBytes * Page.SizeBytes;

    /// <summary>How long the buffer's entries are on average, in whole pages; 0 when it is in one piece, or that is not known.</summary>
    private ulong RunOf(TracedBuffer buffer, Dictionary<TracedBuffer, ulong> entries)
    {
        if (!entries.TryGetValue(buffer, out var count) || count <= 1)
        {
            return 0;
        }

        var run = Pages((buffer.SizeBytes!.Value + count - 1) / count);
        var pieces = (buffer.SizeBytes.Value / run) + (BlockBytes / run) + 2;
        if (_pieces + pieces > PiecesMax)
        {
            return 0;
        }

        _pieces += pieces;
        return run;
    }

    private void Add(ref ulong at, string name, string kind, ulong bytes, ulong run, string source)
    {
        // One more piece, because the first pages of a zone count as used.
        var size = (bytes + run + (2 * BlockBytes) - 1) / BlockBytes * BlockBytes;
        _regions.Add((name, kind, at, size, run, source));
        at += size;
    }

    private void AddSpare(ref ulong at, IReadOnlyList<TracedBuffer> buffers) => Add(
        ref at, Spare, "contiguous", buffers.Aggregate(0UL, (sum, buffer) => sum + Pages(buffer.SizeBytes!.Value) + BlockBytes), 0,
        "not in the trace: room for what other policies would do");

    private void AddPool(ref ulong at)
    {
        if (!_history.Steps.Any(step => step.List?.Bounces.Count > 0 || step.RefusedBounces.Count > 0))
        {
            return;
        }

        var (slots, isTold) = PoolSlots();
        var size = isTold ? Pages(slots * Bounces.SlotBytes) : Math.Max(DefaultPool, Pages(slots * Bounces.SlotBytes));
        _regions.Add(("swiotlb", "bounce", at, size, 0, isTold
            ? "what was copied at once where a map was refused for lack of room"
            : "not in the trace: the kernel's default, or what was copied at once"));
        at += (size + BlockBytes - 1) / BlockBytes * BlockBytes;
    }

    /// <summary>How many slots the pool has at least; where a map was refused for lack of room, no more than that.</summary>
    private (ulong Slots, bool IsTold) PoolSlots()
    {
        var (held, most, told) = (0UL, 0UL, 0UL);
        var of = new Dictionary<TracedAttachment, ulong>();
        foreach (var step in _history.Steps)
        {
            if (step.Attachment is not { } attachment)
            {
                continue;
            }

            switch (step)
            {
                case { Op: TraceOp.Map, Result: < 0, RefusedBounces: { Count: > 0 } refused }:
                    told = Math.Max(told, held + refused.Slots - refused.LastSlots);
                    break;
                case { Op: TraceOp.Map, Result: 0, DmaApiCall: true, List: { Bounces.Count: > 0 } list }:
                    held += list.Bounces.Slots;
                    most = Math.Max(most, held);
                    of[attachment] = list.Bounces.Slots;
                    break;
                case { Op: TraceOp.Unmap or TraceOp.Detach, DmaApiCall: not false } when of.Remove(attachment, out var slots):
                    held -= slots;
                    break;
            }
        }

        return told > 0 ? (Math.Max(told, most), true) : (most, false);
    }

    private static string Address(ulong address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:x}");
}
