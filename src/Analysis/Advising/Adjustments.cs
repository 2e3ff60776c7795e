using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;
using DmaGrains.Reports;

namespace DmaGrains.Analysis.Advising;

/// <summary>The changes that could be made to a request.</summary>
internal static class Adjustments
{
    private const string SparePrefix = "spare-iommu-";

    /// <summary>Every device takes a single page, so a smaller buffer would always work; frames are not reduced below this.</summary>
    private const ulong FewestPages = 2;

    /// <summary>The adjustments of a request with spare IOMMUs.</summary>
    public static IEnumerable<Adjustment> Of(AdviceRequest request) =>
    [
        .. Grown(request) is { } grown ? (Adjustment[])[Adjustment.Of(grown)] : [],
        .. Exporters(request).Select(Adjustment.Of),
        .. Areas.Of(request, ReachOf(request)).Select(Adjustment.Of),
        Adjustment.Of(new(
            ChangeKind.Lists, null, null, null, null, "let the exporter build a list for each importer", before => before with { CutsForEach = true })),
        .. request.Devices.SelectMany(name => Limits(request, DeviceOf(request, name))),
        .. request.Devices.SelectMany(name => Reaches(request, DeviceOf(request, name))),
        .. request.Devices.Length == 1 ? [] : request.Devices.Select(name => Adjustment.Of(Copy(request, name))),
        .. Frame(request) is { } frame ? (Adjustment[])[frame] : [],
        .. Iommus(request).Select(Adjustment.Of),
    ];

    private static Device DeviceOf(AdviceRequest request, string name) => request.Board.Devices.First(device => device.Name == name);

    /// <summary>Other exporters: with a fixed exporter, another importer or a heap; otherwise a device that does not import.</summary>
    private static IEnumerable<Change> Exporters(AdviceRequest request)
    {
        if (request.Exporter is { } pinned)
        {
            yield return new(
                ChangeKind.Exporter, null, null, null, null, $"let an exporter other than {pinned} allocate", before => before with { Exporter = null });
            yield break;
        }

        foreach (var device in request.Board.Devices.Where(device => request.MayExport(device.Name, default) && !request.Devices.Contains(device.Name)))
        {
            yield return new(
                ChangeKind.Exporter, null, null, null, null,
                $"let {device.Name} export, which imports nothing itself", before => before with { Exporter = device.Name });
        }
    }

    /// <summary>The pages that all importers and the fixed exporter reach.</summary>
    private static ImmutableArray<PageExtent> ReachOf(AdviceRequest request)
    {
        ImmutableArray<PageExtent> common = [new(0, MemoryRegionLayout.EndPfnMax)];
        foreach (var device in request.Devices.Concat(request.Exporter is { } exporter ? [exporter] : Array.Empty<string>()).Select(name => DeviceOf(request, name)))
        {
            common = [.. common.SelectMany(run => device.PageReach.Pages().Select(own => Overlap(run, own))).Where(run => run.PageCount != 0)];
        }

        return common;
    }

    private static PageExtent Overlap(PageExtent one, PageExtent other)
    {
        var first = Math.Max(one.FirstPfn, other.FirstPfn);
        return new(first, Math.Max(first, Math.Min(one.EndPfn, other.EndPfn)) - first);
    }

    private static IEnumerable<Adjustment> Limits(AdviceRequest request, Device device)
    {
        var takes = device.Demand(ParameterDefaults.V61);
        var (order, shift) = (request.Board.PageOrder, Page.Shift + request.Board.PageOrder);
        var pages = Page.CountFor(request.SizeBytes, order) >> order;
        var segments = Math.Max(pages, request.Lines is { } lines && device.SegmentsPerLine ? lines.WorstSegmentCount(request.Board.PageOrder) : 0);
        if (takes.MaxSegmentSize >> shift is var sizePages && sizePages < pages)
        {
            yield return Limit(
                device, nameof(DeviceDmaParameters.MaxSegmentSize), takes.MaxSegmentSize,
                Math.Min(pages, uint.MaxValue >> shift) - sizePages,
                more => (sizePages + more) << shift,
                (before, to) => before with { MaxSegmentSize = (uint)to });
        }

        if (!device.RequiresContiguous && takes.MaxSegmentCount < segments)
        {
            yield return Limit(
                device, nameof(DeviceDmaParameters.MaxSegmentCount), takes.MaxSegmentCount,
                Math.Min(segments, uint.MaxValue) - takes.MaxSegmentCount,
                more => takes.MaxSegmentCount + more,
                (before, to) => before with { MaxSegmentCount = (uint)to });
        }

        foreach (var (limit, value) in device.Limits.Stated)
        {
            yield return Lowered(device, limit, value);
        }

        if (takes.SegmentBoundaryMask != ulong.MaxValue)
        {
            var bits = BitOperations.PopCount(takes.SegmentBoundaryMask);
            yield return Limit(
                device, nameof(DeviceDmaParameters.SegmentBoundaryMask), takes.SegmentBoundaryMask, (ulong)(64 - bits),
                more => ulong.MaxValue >> (64 - bits - (int)more),
                (before, to) => before with { SegmentBoundaryMask = to });
        }
    }

    /// <summary>
    /// Wider reach for a device that does not reach all memory of the board: one more bit of mask or bus limit at a time, or windows of
    /// twice the size.
    /// </summary>
    private static IEnumerable<Adjustment> Reaches(AdviceRequest request, Device device)
    {
        var highestCpu = (request.Board.Memory.Max(region => region.Range.EndPfn) << Page.Shift) - 1;
        if (device.IsTranslated)
        {
            if (device.OutputLimit != 0 && device.OutputLimit < highestCpu)
            {
                yield return Entries(device, highestCpu);
            }

            yield break;
        }

        // Where everything is copied, only the pool has to be in reach.
        if (request.Board.Memory.FirstOrDefault(region => region.Name == device.ForcedPool) is { Range: var pool } && device.Reach.Holds(pool.Address.Value, pool.SizeBytes))
        {
            yield break;
        }

        var highest = device.Windows.All.Select(window => OnBus(window, highestCpu)).DefaultIfEmpty(highestCpu).Max();
        if (device.EffectiveDmaMask < highest)
        {
            yield return Reach(device, nameof(Device.DmaMask), device.EffectiveDmaMask, highest, (before, to) => before with { DmaMask = to });
        }

        if (device.BusDmaLimit != 0 && device.BusDmaLimit < highest)
        {
            yield return Reach(device, nameof(Device.BusDmaLimit), device.BusDmaLimit, highest, (before, to) => before with { BusDmaLimit = to });
        }

        foreach (var window in device.Windows.All)
        {
            if (WiderThan(window, device.Windows, highestCpu) is { Length: > 0 } sizes)
            {
                yield return Widened(device, window, sizes);
            }
        }
    }

    /// <summary>The bus address at which memory would end if a window went that far, or the window's own end if that is higher.</summary>
    private static ulong OnBus(DmaWindow window, ulong highestCpu) => highestCpu <= window.CpuLast ? window.BusLast
        : highestCpu - window.CpuStart > ulong.MaxValue - window.BusStart ? ulong.MaxValue
        : window.ToBus(highestCpu);

    /// <summary>Larger sizes of a window: doubled each time, up to the end of memory or the next window.</summary>
    private static ulong[] WiderThan(DmaWindow window, DmaWindows windows, ulong highestCpu)
    {
        var most = highestCpu <= window.CpuLast ? 0 : highestCpu - window.CpuStart + 1;
        foreach (var other in windows.All)
        {
            most = other.CpuStart > window.CpuStart ? Math.Min(most, other.CpuStart - window.CpuStart) : most;
            most = other.BusStart > window.BusStart ? Math.Min(most, other.BusStart - window.BusStart) : most;
        }

        // Memory ends below 2^52, so only bus addresses can overflow.
        most = Math.Min(most, ulong.MaxValue - window.BusStart);
        var sizes = new List<ulong>();
        for (var size = BitOperations.RoundUpToPowerOf2(window.SizeBytes + 1); size < most; size <<= 1)
        {
            sizes.Add(size);
        }

        return most > window.SizeBytes ? [.. sizes, most] : [];
    }

    private static Adjustment Widened(Device device, DmaWindow window, ulong[] sizes) => new(ChangeKind.Reach, device.Name, (ulong)sizes.Length, more =>
    {
        var to = sizes[more - 1];
        return new(
            ChangeKind.Reach, device.Name, nameof(Device.Windows), window.SizeBytes, to,
            $"widen the window of {device.Name} at 0x{window.CpuStart:x} from {window.SizeBytes} to {Counted.Of(to, "byte")}",
            before => WithDevice(before, device.Name, known => known with
            {
                Windows = new(known.Windows.All.Select(other => other == window ? other with { SizeBytes = to } : other)),
            }));
    });

    private static Adjustment Reach(Device device, string field, ulong from, ulong highest, Func<Device, ulong, Device> set)
    {
        var bits = BitsOf(from + 1);
        return Raised(
            ChangeKind.Reach, device, field, from, (ulong)(BitsOf(highest) - bits + 1),
            more => ulong.MaxValue >> (64 - bits - (int)more + 1),
            set);
    }

    /// <summary>A higher output limit of an MMU, one more bit at a time, for all devices behind it.</summary>
    private static Adjustment Entries(Device device, ulong highest)
    {
        var (mmu, from) = (device.LastMmu!, device.OutputLimit);
        var bits = BitsOf(from + 1);
        return new(ChangeKind.Reach, device.Name, (ulong)(BitsOf(highest) - bits + 1), more =>
        {
            var to = ulong.MaxValue >> (64 - bits - (int)more + 1);
            const string Field = nameof(Device.OutputLimit);
            return new(
                ChangeKind.Reach, device.Name, Field, from, to,
                $"raise {Vocabulary.Spelt(Field)} of {mmu} from {AdviceWords.ValueOf(Field, from)} to {AdviceWords.ValueOf(Field, to)}",
                before => before with
                {
                    Board = before.Board with
                    {
                        Stages = [.. before.Board.Stages.Select(stage => stage.Name == mmu ? stage with { OutputLimit = to } : stage)],
                        Devices = [.. before.Board.Devices.Select(known => known.LastMmu == mmu ? known with { OutputLimit = to } : known)],
                    },
                });
        });
    }

    private static int BitsOf(ulong value) => 64 - BitOperations.LeadingZeroCount(value);

    private static Adjustment Limit(
        Device device,
        string field,
        ulong from,
        ulong last,
        Func<ulong, ulong> valueAt,
        Func<DeviceDmaParameters, ulong, DeviceDmaParameters> set) => Raised(
            ChangeKind.Limit, device, field, from, last, valueAt,
            (before, to) => before with { Parameters = set(before.Parameters ?? default, to) });

    /// <summary>A lower value of a further limit: halved each time, down to none.</summary>
    private static Adjustment Lowered(Device device, ListLimit limit, ulong from) => new(ChangeKind.Limit, device.Name, (ulong)BitsOf(from), more =>
    {
        var to = more == (ulong)BitsOf(from) ? 0 : from >> (int)more;
        return new(
            ChangeKind.Limit, device.Name, limit.Field, from, to, $"lower {Vocabulary.Spelt(limit.Field)} of {device.Name} from {from} to {to}",
            before => WithDevice(before, device.Name, known => known with { Limits = known.Limits.With(limit, to) }));
    });

    private static Adjustment Raised(
        ChangeKind kind,
        Device device,
        string field,
        ulong from,
        ulong last,
        Func<ulong, ulong> valueAt,
        Func<Device, ulong, Device> set) => new(kind, device.Name, last, more =>
        {
            var to = valueAt(more);
            return new(
                kind, device.Name, field, from, to, $"raise {Vocabulary.Spelt(field)} of {device.Name} from {AdviceWords.ValueOf(field, from)} to {AdviceWords.ValueOf(field, to)}",
                before => WithDevice(before, device.Name, known => set(known, to)));
        });

    private static Change Copy(AdviceRequest request, string device) => new(
        ChangeKind.Copy, device, null, null, request.SizeBytes,
        $"give {device} its own buffer and copy {Counted.Of(request.SizeBytes, "byte")} for every frame",
        before => before with { Copied = before.Copied.Add(device) });

    private static uint FewestLines(VideoLines lines, int pageOrder) => (uint)((FewestPages - 1) * Page.SizeOf(pageOrder) / lines.StrideBytes) + 1;

    /// <summary>A larger frame for importers that need more bytes or other lines; null when none does.</summary>
    private static Change? Grown(AdviceRequest request)
    {
        var frame = new FrameShape(request.SizeBytes, request.Lines);
        var limits = request.Devices.Aggregate(default(ListLimits), (sum, name) => ListLimits.Intersect(sum, DeviceOf(request, name).Limits));
        var grown = limits.Grown(frame);
        return grown == frame || grown.SizeBytes > BufferExport.SizeBytesMax
            ? null
            : new(
                ChangeKind.Room, null, null, request.SizeBytes, grown.SizeBytes,
                grown.Lines is { } lines && lines.StrideBytes != request.Lines?.StrideBytes
                    ? $"allocate {Counted.Of(grown.SizeBytes, "byte")}, a line every {Counted.Of(lines.StrideBytes, "byte")}"
                    : grown.Lines is { } known && grown.SizeBytes % known.StrideBytes == 0
                    ? $"allocate {Counted.Of(grown.SizeBytes, "byte")}, room for {Counted.Of(grown.SizeBytes / known.StrideBytes, "line")}"
                    : $"allocate {Counted.Of(grown.SizeBytes, "byte")}",
                before => before with { SizeBytes = grown.SizeBytes, Lines = grown.Lines });
    }

    private static Adjustment? Frame(AdviceRequest request)
    {
        if (request.Lines is { } lines && FewestLines(lines, request.Board.PageOrder) is var fewest && lines.Height > fewest)
        {
            return new(ChangeKind.Frame, null, lines.Height - fewest, fewer =>
            {
                var smaller = lines with { Height = lines.Height - (uint)fewer };
                var size = (ulong)smaller.Height * smaller.StrideBytes;
                return new(
                    ChangeKind.Frame, null, null, request.SizeBytes, size,
                    $"make the frame no larger than {Counted.Of(smaller.Height, "line")}, {Counted.Of(size, "byte")}",
                    before => before with { Lines = smaller, SizeBytes = size });
            });
        }

        var shift = Page.Shift + request.Board.PageOrder;
        var pages = Page.CountFor(request.SizeBytes, request.Board.PageOrder) >> request.Board.PageOrder;
        return request.Lines is not null || pages <= FewestPages
            ? null
            : new(ChangeKind.Frame, null, pages - FewestPages, fewer =>
            {
                var size = (pages - fewer) << shift;
                return new(
                    ChangeKind.Frame, null, null, request.SizeBytes, size,
                    $"make the buffer no larger than {Counted.Of(size, "byte")}", before => before with { SizeBytes = size });
            });
    }

    /// <summary>
    /// The request with a spare MMU for each device without one: pages of 4 KiB and 4 GiB of addresses. No device is behind it yet, so it
    /// changes nothing by itself.
    /// </summary>
    public static AdviceRequest WithSpareIommus(AdviceRequest request)
    {
        var taken = request.Board.Stages.Select(stage => stage.Name).ToHashSet();
        var names = Enumerable.Range(0, int.MaxValue)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"{SparePrefix}{number}"))
            .Where(name => !taken.Contains(name))
            .Take(Math.Min(Untranslated(request).Count(), BoardDefinition.StagesMax - request.Board.Stages.Length));
        var spare = names.Select(name => new IommuStage(name, new(new(0), new(uint.MaxValue), Page.SizeBytes)));
        return request with { Board = request.Board with { Stages = request.Board.Stages.AddRange(spare) } };
    }

    private static IEnumerable<Device> Untranslated(AdviceRequest request) =>
        request.Devices.Select(name => DeviceOf(request, name)).Where(device => !device.IsTranslated);

    private static IEnumerable<Change> Iommus(AdviceRequest request) => Untranslated(request)
        .Zip(request.Board.Stages.Where(stage => IsSpare(request.Board, stage)))
        .Select(pair => new Change(
            ChangeKind.Iommu, pair.First.Name, null, null, null, $"put an IOMMU in front of {pair.First.Name}",
            before => WithDevice(before, pair.First.Name, known => known with { Iommu = pair.Second.Name })));

    private static bool IsSpare(BoardDefinition board, IommuStage stage) =>
        stage.Name.StartsWith(SparePrefix, StringComparison.Ordinal)
        && !board.Devices.Any(device => device.Iommu == stage.Name || device.BusMmu == stage.Name);

    private static AdviceRequest WithDevice(AdviceRequest request, string name, Func<Device, Device> change)
    {
        var known = DeviceOf(request, name);
        return request with { Board = request.Board with { Devices = request.Board.Devices.Replace(known, change(known)) } };
    }
}
