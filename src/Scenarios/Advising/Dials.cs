using System.Globalization;
using System.Numerics;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Translation;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Advising;

/// <summary>Everything that could be changed of a request.</summary>
internal static class Dials
{
    private const string SparePrefix = "spare-iommu-";

    /// <summary>The dials of a request that has IOMMUs to spare.</summary>
    public static IEnumerable<Dial> Of(AdviceRequest request) =>
    [
        .. Exporters(request).Select(Dial.Of),
        Dial.Of(new(
            ChangeKind.Lists, null, null, null, null, "let the exporter cut a list for each importer", before => before with { CutsForEach = true })),
        .. request.Devices.SelectMany(name => Limits(request, DeviceOf(request, name))),
        .. request.Devices.Length == 1 ? [] : request.Devices.Select(name => Dial.Of(Copy(request, name))),
        .. Frame(request) is { } frame ? (Dial[])[frame] : [],
        .. Iommus(request).Select(Dial.Of),
    ];

    private static Device DeviceOf(AdviceRequest request, string name) => request.Board.Devices.First(device => device.Name == name);

    /// <summary>Where the exporter is fixed: anybody else among the importers, or a heap. Where it is not: a device that imports nothing.</summary>
    private static IEnumerable<Change> Exporters(AdviceRequest request)
    {
        if (request.Exporter is { } pinned)
        {
            yield return new(
                ChangeKind.Exporter, null, null, null, null, $"let somebody else than {pinned} export", before => before with { Exporter = null });
            yield break;
        }

        foreach (var device in request.Board.Devices.Where(device => !request.Devices.Contains(device.Name)))
        {
            yield return new(
                ChangeKind.Exporter, null, null, null, null,
                $"let {device.Name} export, which imports nothing itself", before => before with { Exporter = device.Name });
        }
    }

    private static IEnumerable<Dial> Limits(AdviceRequest request, Device device)
    {
        var takes = device.Demand(DmaGetters.V61);
        var pages = Page.CountFor(request.SizeBytes);
        var segments = Math.Max(pages, request.Lines is { } lines && device.SegmentsPerLine ? lines.WorstSegmentCount : 0);
        if (takes.MaxSegmentSize >> Page.Shift is var sizePages && sizePages < pages)
        {
            yield return Limit(
                device, nameof(DeviceDmaParameters.MaxSegmentSize), takes.MaxSegmentSize,
                Math.Min(pages, uint.MaxValue >> Page.Shift) - sizePages,
                more => (sizePages + more) << Page.Shift,
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

        if (takes.SegmentBoundaryMask != ulong.MaxValue)
        {
            var bits = BitOperations.PopCount(takes.SegmentBoundaryMask);
            yield return Limit(
                device, nameof(DeviceDmaParameters.SegmentBoundaryMask), takes.SegmentBoundaryMask, (ulong)(64 - bits),
                more => ulong.MaxValue >> (64 - bits - (int)more),
                (before, to) => before with { SegmentBoundaryMask = to });
        }
    }

    private static Dial Limit(
        Device device,
        string field,
        ulong from,
        ulong last,
        Func<ulong, ulong> valueAt,
        Func<DeviceDmaParameters, ulong, DeviceDmaParameters> set) => new(ChangeKind.Limit, device.Name, last, more =>
        {
            var to = valueAt(more);
            return new(
                ChangeKind.Limit, device.Name, field, from, to, $"raise {Words.Spelt(field)} of {device.Name} from {AdviceWords.ValueOf(field, from)} to {AdviceWords.ValueOf(field, to)}",
                before => WithDevice(before, device.Name, known => known with { Parameters = set(known.Parameters ?? default, to) }));
        });

    private static Change Copy(AdviceRequest request, string device) => new(
        ChangeKind.Copy, device, null, null, request.SizeBytes,
        $"give {device} a buffer of its own and copy {Counted.Of(request.SizeBytes, "byte")} for every frame",
        before => before with { Copied = before.Copied.Add(device) });

    private static Dial? Frame(AdviceRequest request)
    {
        if (request.Lines is { Height: > 1 } lines)
        {
            return new(ChangeKind.Frame, null, lines.Height - 1, fewer =>
            {
                var smaller = lines with { Height = lines.Height - (uint)fewer };
                var size = (ulong)smaller.Height * smaller.StrideBytes;
                return new(
                    ChangeKind.Frame, null, null, request.SizeBytes, size,
                    $"make the frame no larger than {Counted.Of(smaller.Height, "line")}, {Counted.Of(size, "byte")}",
                    before => before with { Lines = smaller, SizeBytes = size });
            });
        }

        var pages = Page.CountFor(request.SizeBytes);
        return request.Lines is not null || pages == 1
            ? null
            : new(ChangeKind.Frame, null, pages - 1, fewer =>
            {
                var size = (pages - fewer) << Page.Shift;
                return new(
                    ChangeKind.Frame, null, null, request.SizeBytes, size,
                    $"make the buffer no larger than {Counted.Of(size, "byte")}", before => before with { SizeBytes = size });
            });
    }

    /// <summary>
    /// The request with an MMU to spare for each device that stands behind none: 4 KiB pages and 4 GiB of addresses. Nobody stands
    /// behind it yet, so nothing is otherwise.
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
