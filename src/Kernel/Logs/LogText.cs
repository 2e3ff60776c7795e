using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using DmaGrains.Kernel.Tracing;
using DmaGrains.Model;

namespace DmaGrains.Kernel.Logs;

/// <summary>Reads lines of a kernel log that speak of DMA, whatever stands before the message.</summary>
/// <remarks>
/// Source: kernel/dma/debug.c, direct.h and swiotlb.c, mm/cma.c, drivers/iommu (amd, intel, arm-smmu, arm-smmu-v3, rockchip, mtk, exynos, sun50i),
/// videobuf2-dma-contig.c of 6.1 to 6.12, and the older words of swiotlb.c and direct.c.
/// </remarks>
internal sealed partial class LogText
{
    /// <summary>As much of a line as is looked at, in characters: the kernel's own are shorter.</summary>
    public const int LengthMax = 4096;

    /// <summary>The most bytes that one copy may have: 128 slots of 2 KiB.</summary>
    private const ulong CopyMax = 256 << 10;
    private const ulong SlotBytes = 2048;
    private const int TextMax = 240;
    private const int NamesMax = 200;

    private static readonly SearchValues<string> _words = SearchValues.Create(
        [
            "DMA-API:", "overflow", "swiotlb", "SW-IOMMU", "alloc failed", "available pages", "IO_PAGE_FAULT", "fault addr", "context fault", "event 0x", "event: ",
            "age fault", " idx ", "PAGE FAULT", "fault type=", "import", "dmabuf", "dma-buf", "dma_buf", "contiguous", "leaked entries",
        ],
        StringComparison.Ordinal);

    private long _lastArea;
    private (long Line, string Unit, int Event, ulong Words0, int Count) _smmu;

    /// <summary>Whether a line may speak of DMA; most lines do not.</summary>
    public bool MayConcern(ReadOnlySpan<char> line) => _smmu.Count > 0 || line.ContainsAny(_words);

    /// <summary>What a line says; null when it says nothing of DMA, or goes on with what the line before says.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="line">The line.</param>
    /// <param name="last">What the line before said; goes on with more, if this line does.</param>
    public LogFinding? Read(long number, string line, ref LogFinding? last) =>
        OfSmmuWords(number, line)
        ?? OfDmaApi(number, line)
        ?? OfReach(number, line)
        ?? OfPool(number, line)
        ?? OfArea(number, line, ref last)
        ?? OfAmd(number, line)
        ?? OfIntel(number, line)
        ?? OfSmmu(number, line)
        ?? OfOtherIommu(number, line)
        ?? OfImport(number, line);

    /// <summary>A line of /sys/kernel/debug/dma-api/dump, which is one mapping; null when it is none.</summary>
    public static LoggedMapping? MappingIn(string line)
    {
        var match = MappingLine().Match(line);
        return match.Success && Hex(match.Groups["length"]) is var length && length != ulong.MaxValue
            ? new(
                Shown(match.Groups["driver"].Value), Shown(match.Groups["device"].Value), Shown(match.Groups["type"].Value), Hex(match.Groups["address"]), length,
                match.Groups["check"].Value.Contains("not checked", StringComparison.Ordinal))
            : null;
    }

    private static string Shown(string text) => HarmlessText.Short(text, 64);

    private static string From(string line, Match match) => HarmlessText.Short(line[match.Index..], TextMax);

    private static ulong Hex(Group group)
    {
        var text = group.ValueSpan;
        return ulong.TryParse(text.StartsWith("0x") ? text[2..] : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : ulong.MaxValue;
    }

    private static ulong? Number(Group group) =>
        group.Success && ulong.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static LogFinding? OfDmaApi(long number, string line)
    {
        var match = DmaApiLine().Match(line);
        return match.Success
            ? DmaApiMessage.Of(number, From(line, match), Shown(match.Groups["driver"].Value), Shown(match.Groups["device"].Value), match.Groups["words"].Value)
            : null;
    }

    private static LogFinding? OfReach(long number, string line)
    {
        var match = ReachLine().Match(line);
        if (!match.Success)
        {
            return null;
        }

        var (device, driver) = (Shown(match.Groups["device"].Value), Shown(match.Groups["driver"].Value));
        var (address, size, mask, limit) = (Hex(match.Groups["address"]), Number(match.Groups["size"]), Hex(match.Groups["mask"]), Hex(match.Groups["limit"]));
        var highest = limit is 0 ? mask : Math.Min(mask, limit);
        return new(LogKind.OutOfReach, number, From(line, match))
        {
            Device = device,
            Driver = driver,
            Address = address,
            SizeBytes = size,
            Limit = highest,
            Why = $"{device} reaches addresses up to 0x{highest:x}{(limit is not 0 && limit < mask ? " (its bus lets no more through)" : string.Empty)}, and was to map {size} bytes at 0x{address:x}; there is no bounce pool that could stand in, so the map failed.",
            Help = "Memory within its reach (a heap or an exporter that allocates there), an IOMMU, or a bounce pool (swiotlb=).",
        };
    }

    private static LogFinding? OfPool(long number, string line)
    {
        var match = PoolLine().Match(line);
        if (!match.Success)
        {
            return null;
        }

        var (device, driver) = (Shown(match.Groups["device"].Value), Shown(match.Groups["driver"].Value));
        var (size, total, used) = (Number(match.Groups["size"]), Number(match.Groups["total"]), Number(match.Groups["used"]));
        var needed = size is { } bytes ? (bytes / SlotBytes) + (bytes % SlotBytes == 0 ? 0UL : 1) : (ulong?)null;
        var free = total is { } all && used is { } taken && taken <= all ? all - taken : (ulong?)null;
        var why = size > CopyMax
            ? $"one copy has at most {CopyMax} bytes, however large the pool is"
            : free is { } left && needed is { } slots
                ? left >= slots
                    ? $"{left} of {total} slots of 2 KiB are free, but no {slots} in a row"
                    : $"{used} of {total} slots of 2 KiB are in use, and {slots} are needed"
                : "the pool has no such room";
        return new(LogKind.PoolFull, number, From(line, match))
        {
            Device = device,
            Driver = driver,
            SizeBytes = size,
            Limit = total is null or > ulong.MaxValue / SlotBytes ? null : total * SlotBytes,
            OtherBytes = used is null or > ulong.MaxValue / SlotBytes ? null : used * SlotBytes,
            Why = $"{size} bytes were to be copied for {device}, which does not reach them (or everything is made to bounce): {why}. The map failed.",
            Help = size > CopyMax
                ? "Shorter segments (max_segment_size of at most 262144 for this device), or memory within its reach."
                : "Memory within its reach; a larger pool (swiotlb= counts slots of 2 KiB); or mappings that end sooner: exporters that keep lists hold their copies until the detach.",
        };
    }

    private LogFinding? OfArea(long number, string line, ref LogFinding? last)
    {
        var match = AreaLine().Match(line);
        if (match.Success)
        {
            var area = match.Groups["area"] is { Success: true } named ? Shown(named.Value) : "the contiguous area";
            var pages = Number(match.Groups["pages"]);
            var error = int.TryParse(match.Groups["error"].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
            _lastArea = number;
            return new(LogKind.AreaFull, number, From(line, match))
            {
                Driver = area,
                SizeBytes = pages is null or > ulong.MaxValue / Page.SizeBytes ? null : pages * Page.SizeBytes,
                Error = error,
                Why = error == -16
                    ? $"{area} has the room, but not all pages in it could be moved away: {pages} contiguous pages refused with EBUSY."
                    : $"{area} has no {pages} contiguous pages free: refused with {ErrnoText.Of(error)}.",
                Help = error == -16
                    ? "Try again; find who pins pages in the area (get_user_pages with FOLL_LONGTERM, I/O in flight); or an importer that takes scattered pages."
                    : "A larger area (cma=, or linux,cma in the device tree), fewer or shorter buffers in it, or importers behind an IOMMU, which take scattered pages.",
            };
        }

        match = FreeLine().Match(line);
        if (match.Success && last is { Kind: LogKind.AreaFull } full && number - _lastArea <= 2)
        {
            var (free, total) = (Number(match.Groups["free"]), Number(match.Groups["total"]));
            var runs = match.Groups["runs"].Value;
            last = full with
            {
                OtherBytes = free is null or > ulong.MaxValue / Page.SizeBytes ? null : free * Page.SizeBytes,
                Limit = total is null or > ulong.MaxValue / Page.SizeBytes ? null : total * Page.SizeBytes,
                Why = $"{full.Why.TrimEnd('.')}; {free} of {total} pages are free, the longest run has {LongestOf(runs)}.",
            };
        }

        return null;
    }

    private static ulong LongestOf(string runs)
    {
        var longest = 0UL;
        foreach (var run in runs.AsSpan().Split('+'))
        {
            var count = runs.AsSpan(run);
            count = count.IndexOf('@') is >= 0 and var at ? count[..at] : count;
            longest = ulong.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var pages) ? Math.Max(longest, pages) : longest;
        }

        return longest;
    }

    private static LogFinding Fault(long number, string line, Match match, string device, string? unit, ulong address, bool? isWrite, string reason)
    {
        var what = isWrite switch { true => "wrote to", false => "read from", null => "used" };
        return new(LogKind.IommuFault, number, From(line, match))
        {
            Device = device,
            Driver = unit,
            Address = address == ulong.MaxValue ? null : address,
            Why = $"{device} {what} an address{(unit is null ? string.Empty : $" behind {unit}")} {reason}.",
            Help = "It used a mapping after its end, beyond its length or in the wrong direction, or a physical address where it needed the one that the map returned.",
        };
    }

    private static LogFinding? OfAmd(long number, string line)
    {
        var match = AmdLine().Match(line);
        if (!match.Success)
        {
            return null;
        }

        var flags = Hex(match.Groups["flags"]);
        var device = match.Groups["named"].Success ? match.Groups["named"].Value : match.Groups["device"].Success ? match.Groups["device"].Value : "?";
        return Fault(
            number, line, match, WithDomain(device), "the AMD IOMMU", Hex(match.Groups["address"]), (flags & 0x20) != 0,
            (flags & 0x10) != 0 ? "whose entry does not allow that" : "for which it has no entry");
    }

    /// <summary>A PCI address with its domain, which older kernels left out.</summary>
    private static string WithDomain(string device) => device.Count(c => c == ':') == 1 && device.Contains('.', StringComparison.Ordinal) ? $"0000:{device}" : Shown(device);

    private static LogFinding? OfIntel(long number, string line)
    {
        var match = IntelLine().Match(line);
        if (!match.Success)
        {
            return null;
        }

        var reason = match.Groups["reason"].Value.TrimStart('0').TrimStart('x').TrimStart('0').ToUpperInvariant();
        return Fault(
            number, line, match, WithDomain(match.Groups["device"].Value), "the Intel IOMMU", Hex(match.Groups["address"]), match.Groups["way"].Value == "Write",
            reason switch
            {
                "5" => "for which it has no entry that lets it write",
                "6" => "for which it has no entry that lets it read",
                "1" or "2" or "3" => "and no address space was set up for it",
                _ => $"(reason {match.Groups["reason"].Value}: {Shown(match.Groups["words"].Value.Trim())})",
            });
    }

    private LogFinding? OfSmmu(long number, string line)
    {
        var match = SmmuLine().Match(line);
        if (match.Success)
        {
            var status = Hex(match.Groups["status"]);
            var stream = match.Groups["stream"] is { Success: true } told ? $"stream 0x{Hex(told) & 0xffff:x}" : "a device";
            var why = (status & 0x8) != 0 ? "whose entry does not allow that" : (status & 0x2) != 0 ? "for which it has no entry" : $"(status 0x{status:x})";
            var syndrome = match.Groups["syndrome"].Success ? Hex(match.Groups["syndrome"]) : (ulong?)null;
            return Fault(number, line, match, stream, Shown(match.Groups["unit"].Value), Hex(match.Groups["address"]), syndrome is null ? null : (syndrome & 0x10) != 0, why);
        }

        match = SmmuEventLine().Match(line);
        if (match.Success)
        {
            _smmu = (number, Shown(match.Groups["unit"].Value), (int)(Hex(match.Groups["event"]) & 0xff), 0, 1);
            return null;
        }

        match = SmmuNamedEventLine().Match(line);
        return match.Success
            ? Fault(
                number, line, match, match.Groups["client"].Value is "(unassigned sid)" ? $"stream {match.Groups["stream"].Value}" : Shown(match.Groups["client"].Value),
                Shown(match.Groups["unit"].Value), Hex(match.Groups["address"]), null, ReasonOf(match.Groups["event"].Value))
            : null;
    }

    /// <summary>The four words that follow an event of an SMMU of version 3.</summary>
    private LogFinding? OfSmmuWords(long number, string line)
    {
        if (_smmu.Count == 0)
        {
            return null;
        }

        var match = SmmuWord().Match(line);
        if (!match.Success || number > _smmu.Line + 8)
        {
            _smmu = default;
            return null;
        }

        var word = Hex(match.Groups["word"]);
        if (_smmu.Count == 1)
        {
            _smmu.Words0 = word;
        }

        if (_smmu.Count < 3)
        {
            _smmu.Count++;
            return null;
        }

        var seen = _smmu;
        _smmu = default;
        var finding = Fault(
            number, line, match, $"stream 0x{seen.Words0 >> 32:x}", seen.Unit, word, null,
            ReasonOf(seen.Event switch { 0x10 => "F_TRANSLATION", 0x11 => "F_ADDR_SIZE", 0x12 => "F_ACCESS", 0x13 => "F_PERMISSION", 0x02 => "C_BAD_STREAMID", 0x04 => "C_BAD_STE", var other => $"event 0x{other:x}" }));
        return finding with { Line = seen.Line };
    }

    private static string ReasonOf(string name) => name switch
    {
        "F_TRANSLATION" => "for which it has no entry",
        "F_PERMISSION" => "whose entry does not allow that",
        "F_ACCESS" => "whose entry was not marked as used",
        "F_ADDR_SIZE" => "that is longer than it takes",
        "C_BAD_STREAMID" or "C_BAD_STE" => "and the SMMU does not know that stream",
        _ => $"({Shown(name)})",
    };

    private static LogFinding? OfOtherIommu(long number, string line)
    {
        var match = OtherIommuLine().Match(line);
        return match.Success
            ? Fault(
                number, line, match, "a device", Shown(match.Groups["unit"].Value), Hex(match.Groups["address"]),
                match.Groups["way"] is { Success: true } way ? way.Value.StartsWith("w", StringComparison.OrdinalIgnoreCase) : null, "for which it has no entry, or none that allows that")
            : null;
    }

    private static LogFinding? OfImport(long number, string line)
    {
        var match = TooSmallLine().Match(line);
        if (match.Success)
        {
            var (have, need) = (Number(match.Groups["have"]), Number(match.Groups["need"]));
            return new(LogKind.ImportFailed, number, From(line, match))
            {
                SizeBytes = need,
                Limit = have,
                Why = $"A driver that takes one contiguous range only was given a buffer whose first range has {have} bytes; it needs {need}.",
                Help = "Export from a contiguous area (the other device, or a CMA heap), or an IOMMU in front of the importer.",
            };
        }

        match = ImportLine().Match(line);
        if (!match.Success)
        {
            return null;
        }

        var error = match.Groups["error"].Success && int.TryParse(match.Groups["error"].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var told) && told is > -4096 and < 0 ? told : (int?)null;
        var device = DeviceIn(line[..match.Index]);
        return new(LogKind.ImportFailed, number, From(line, match))
        {
            Device = device.Device,
            Driver = device.Driver,
            Error = error,
            Why = $"{device.Device ?? "A driver"} could not take a buffer{(error is { } number2 ? $": {ErrnoText.Of(number2)}, {MeaningOf(number2)}" : string.Empty)}.",
            Help = "A trace tells which limit or which memory it was: docs/recording.md.",
        };
    }

    private static string MeaningOf(int error) => -error switch
    {
        12 => "no memory, no room in an IOMMU's address space, or in the bounce pool",
        5 => "the device does not reach the memory and there is no room for a copy",
        16 => "it is mapped in a way that does not go together with this one",
        22 => "its size, format or layout does not suit the driver",
        14 => "its pages are not one contiguous range, or not memory that the driver can use",
        19 => "the driver takes no buffers of others, or the exporter is gone",
        95 or 524 => "exporter and importer have no way of sharing in common",
        _ => "for a reason that the number does not tell",
    };

    /// <summary>The driver and the device in front of a message: <c>driver device: </c>.</summary>
    private static (string? Driver, string? Device) DeviceIn(string before)
    {
        var match = NamesBefore().Match(before[Math.Max(0, before.Length - NamesMax)..]);
        return match.Success ? (Shown(match.Groups["driver"].Value), Shown(match.Groups["device"].Value)) : (null, null);
    }

    [GeneratedRegex(@"(?<!\S)(?<driver>\S+) (?<device>\S+?):? (?<type>[\w-]+) idx [0-9]+ P=(?:0x)?[0-9a-f]+ (?:N=[0-9a-f]+ )?D=(?<address>[0-9a-f]+) L=(?<length>[0-9a-f]+) (?:cln=\S+ )?(?<direction>DMA_\w+) (?<check>.*)$")]
    private static partial Regex MappingLine();

    [GeneratedRegex(@"DMA-API: (?<driver>[^\s:]+) (?<device>\S+): (?<words>.+)$")]
    private static partial Regex DmaApiLine();

    [GeneratedRegex(@"(?<!\S)(?<driver>\S+) (?<device>\S+): (?:DMA addr 0x(?<address>[0-9a-f]+)\+(?<size>[0-9]+) overflow \(mask (?<mask>[0-9a-f]+), bus limit (?<limit>[0-9a-f]+)\)|overflow 0x(?<address>[0-9a-f]+)\+(?<size>[0-9]+) of DMA mask (?<mask>[0-9a-f]+) bus (?:mask|limit) (?<limit>[0-9a-f]+))")]
    private static partial Regex ReachLine();

    [GeneratedRegex(@"(?<!\S)(?<driver>\S+) (?<device>\S+): swiotlb buffer is full \(sz: (?<size>[0-9]+) bytes\)(?:, total (?<total>[0-9]+) \(slots\), used (?<used>[0-9]+) \(slots\))?|DMA: Out of SW-IOMMU space for (?<size>[0-9]+) bytes at device (?<driver>)(?<device>\S+)")]
    private static partial Regex PoolLine();

    [GeneratedRegex(@"cma: (?:__)?cma_alloc: (?:(?<area>[^:]+): )?alloc failed, req-size: (?<pages>[0-9]+) pages, ret: (?<error>-?[0-9]+)")]
    private static partial Regex AreaLine();

    [GeneratedRegex(@"number of available pages: (?<runs>[0-9@+]*) ?=> (?<free>[0-9]+) free of (?<total>[0-9]+) total pages")]
    private static partial Regex FreeLine();

    [GeneratedRegex(@"(?:(?<named>[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]): )?AMD-Vi: Event logged \[IO_PAGE_FAULT (?:device=(?<device>[0-9a-f:.]+) )?domain=(?:0x)?[0-9a-f]+ address=(?<address>(?:0x)?[0-9a-f]+) flags=(?<flags>(?:0x)?[0-9a-f]+)")]
    private static partial Regex AmdLine();

    [GeneratedRegex(@"DMAR: \[DMA (?<way>Read|Write)[^\]]*\] Request device \[(?<device>[0-9a-f:.]+)\](?: PASID \S+)? fault addr (?<address>(?:0x)?[0-9a-f]+) \[fault reason (?<reason>(?:0x)?[0-9a-fA-F]+)\](?<words>.*)$")]
    private static partial Regex IntelLine();

    [GeneratedRegex(@"arm-smmu (?<unit>\S+): Unhandled context fault: fsr=(?<status>0x[0-9a-f]+), iova=(?<address>0x[0-9a-f]+)(?:, fsynr=(?<syndrome>0x[0-9a-f]+))?(?:, cbfrsynra=(?<stream>0x[0-9a-f]+))?")]
    private static partial Regex SmmuLine();

    [GeneratedRegex(@"arm-smmu-v3 (?<unit>\S+): event (?<event>0x[0-9a-f]+) received")]
    private static partial Regex SmmuEventLine();

    [GeneratedRegex(@"arm-smmu-v3 (?<unit>\S+): event: (?<event>\w+) client: (?<client>\(unassigned sid\)|\S+) sid: (?<stream>0x[0-9a-f]+).{0,64}? iova: (?<address>0x[0-9a-f]+)")]
    private static partial Regex SmmuNamedEventLine();

    [GeneratedRegex(@"\s(?<word>0x[0-9a-f]{16})\s*$")]
    private static partial Regex SmmuWord();

    [GeneratedRegex(@"(?:rk_iommu (?<unit>\S+): Page fault at (?<address>0x[0-9a-f]+) of type (?<way>read|write)|mtk-iommu(?:-v1)? (?<unit>\S+): fault type=0x[0-9a-f]+ iova=(?<address>0x[0-9a-f]+).{0,80}? (?<way>read|write)|(?<!\S)(?<unit>\S*sysmmu\S*): (?:\[(?<way>READ|WRITE)\] )?PAGE FAULT occurred at (?<address>0x[0-9a-f]+)|sun50i-iommu (?<unit>\S+): Page fault (?:for|while \w+ access:? to) (?<address>0x[0-9a-f]+))")]
    private static partial Regex OtherIommuLine();

    [GeneratedRegex(@"contiguous (?:chunk|mapping) is too small (?<have>[0-9]+)/(?<need>[0-9]+)")]
    private static partial Regex TooSmallLine();

    [GeneratedRegex(@"(?:\bimport failed|dma_buf_(?:attach|dynamic_attach|map_attachment\w*|get)(?:\(\))? failed|[Ff]ailed to import\b.{0,40}?(?:dma[-_ ]?buf|dmabuf|prime|gem|buffer|\bfd\b)|[Ff]ailed to (?:attach|map|get)(?: \w+)? (?:dma[-_ ]?buf|dmabuf|prime)\S*|invalid dmabuf fd)(?:[^-\n]{0,60}?(?<error>-[0-9]{1,4})\b)?")]
    private static partial Regex ImportLine();

    [GeneratedRegex(@"(?<driver>[A-Za-z][\w.-]*) (?<device>[\w.:-]+): (?:\[drm[^\]]*\] )?(?:\*ERROR\* )?(?:\w+: )?$")]
    private static partial Regex NamesBefore();
}
