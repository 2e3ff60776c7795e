using System.Globalization;
using System.Numerics;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Capturing;

/// <summary>A region for a board file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">As board files spell it.</param>
/// <param name="Start">Its first byte.</param>
/// <param name="SizeBytes">Its bytes, whole pages.</param>
/// <param name="Source">Where the facts come from.</param>
internal sealed record CapturedRegion(string Name, string Kind, ulong Start, ulong SizeBytes, string Source);

/// <summary>Finds a machine's memory: zones with the places of their RAM, and contiguous areas.</summary>
internal sealed class CapturedMemory
{
    private const string Amounts = "/proc/meminfo";
    private const string ZoneFile = "/proc/zoneinfo";
    private const string Blocks = "/sys/devices/system/memory";
    private const string Areas = "/sys/kernel/debug/cma";
    private const string Bounces = "/sys/kernel/debug/swiotlb/io_tlb_nslabs";
    private const string DeviceZone = "Device";
    private const ulong SlabBytes = 2048;

    // Many times what a board can have, yet few enough to cut and compare.
    private const int RangesMax = 1024;
    private const ulong EndMax = MemoryRegionLayout.EndPfnMax << Page.Shift;

    private readonly MachineTree _tree;
    private readonly string _amounts;
    private readonly List<MemoryZone> _zones;
    private readonly bool _isX86;
    private ulong _oddBytes;

    /// <summary>Reads the memory of a machine.</summary>
    /// <param name="tree">The machine.</param>
    /// <param name="isX86">Whether it is known to be an x86.</param>
    public CapturedMemory(MachineTree tree, bool isX86)
    {
        _tree = tree;
        _isX86 = isX86;
        _amounts = tree.Text(Amounts) ?? string.Empty;
        var zones = tree.Text(ZoneFile) ?? string.Empty;
        _zones = KernelText.Zones(zones);
        Remarks.AddRange(KernelText.ZonesWithoutPlace(zones).Select(zone => $"Memory: {zone} in {ZoneFile} has no readable start or size, left out."));
        PageBytes = ReadPageBytes();
        if (PageBytes is { } bytes && !IsPageOfBoards(bytes))
        {
            Remarks.Add($"Pages of {bytes} bytes: boards have pages of 4096, 16384 or 65536, so answers for this board use too small pages, runs and blocks of the page allocator.");
        }

        Regions = Read();
    }

    /// <summary>Bytes in a page of the kernel; null when unknown.</summary>
    public ulong? PageBytes { get; }

    /// <summary>The page size for the board, in bytes; 4096 when it is unknown or boards do not support it.</summary>
    public uint BoardPageBytes => PageBytes is { } bytes && IsPageOfBoards(bytes) ? (uint)bytes : Page.SizeBytes;

    /// <summary>The largest page block that the existing contiguous areas allow, if that is smaller than the default for the page size; else null.</summary>
    public ulong? PageBlockBytes
    {
        get
        {
            var common = Regions.Where(region => region.Kind == "contiguous").Aggregate(0UL, (bits, area) => bits | area.Start | area.SizeBytes);
            var block = MemoryRegionLayout.PageBlockOf(BitOperations.Log2(BoardPageBytes) - Page.Shift);
            return (common & (block - 1)) is > 0 and var rest && block > 0 ? 1UL << BitOperations.TrailingZeroCount(rest) : null;
        }
    }

    private static bool IsPageOfBoards(ulong bytes) => bytes is 4096 or 16384 or 65536;

    /// <summary>The regions, disjoint, by address.</summary>
    public IReadOnlyList<CapturedRegion> Regions { get; }

    /// <summary>What is known of memory but cannot be expressed in the file.</summary>
    public List<string> Remarks { get; } = [];

    private ulong? ReadPageBytes()
    {
        if (_tree.Root == MachineTree.Here)
        {
            return (ulong)Environment.SystemPageSize;
        }

        if (_isX86)
        {
            return Page.SizeBytes;
        }

        // The managed pages of all zones are about the total; memory may come and go between two reads.
        var managed = _zones.Aggregate(0UL, (sum, zone) => unchecked(sum + zone.ManagedPages));
        var total = KernelText.Amount(_amounts, "MemTotal");
        foreach (var bytes in (ulong[])[4096, 16384, 65536])
        {
            if (total is { } known && managed > 0 && managed < 1UL << 44
                && Math.Max(known, managed * bytes) - Math.Min(known, managed * bytes) <= known / 50)
            {
                return bytes;
            }
        }

        _tree.Miss("the kernel's page size", "it is not x86, and MemTotal and the zones' managed pages do not give it");
        return null;
    }

    private List<CapturedRegion> Read()
    {
        var (ram, source) = ReadRam();
        if (ram.Count > RangesMax)
        {
            Remarks.Add($"Memory: {ram.Count - RangesMax} more ranges, the smallest ones, are left out.");
            ram = [.. ram.OrderByDescending(range => range.SizeBytes).Take(RangesMax)];
        }

        var areas = ReadAreas();
        var regions = new List<CapturedRegion>(areas);
        var left = areas.Aggregate(ram, (rest, area) => [.. rest.SelectMany(range => range.Without(RangeOf(area)))]);
        if (_zones.Where(zone => zone.Name == DeviceZone).Aggregate(0UL, (sum, zone) => sum + (PageBytes is null ? 0 : SpanOf(zone).SizeBytes)) is > 0 and var device)
        {
            Remarks.Add($"Memory: {Sizes.Format(device)} in zone {DeviceZone}, pages of devices and persistent memory that the page allocator does not hand out, left out.");
        }

        foreach (var zone in _zones.Where(zone => zone.Name != DeviceZone && PageBytes is not null).OrderBy(zone => zone.StartPfn))
        {
            // Zones may have overlapping spans, but each byte belongs to one zone.
            var span = SpanOf(zone);
            var words = $"{source}; zone {zone.Name} of node {zone.Node} in /proc/zoneinfo, {Sizes.Format(BytesOf(zone.ManagedPages))} managed, "
                + $"{Sizes.Format(BytesOf(zone.FreePages))} free when captured";
            AddRegions(regions, ZoneName(zone), [.. left.Select(span.Common)], words);
            left = [.. left.SelectMany(range => range.Without(span))];
        }

        if (_zones.Count == 0 || PageBytes is null)
        {
            AddRegions(regions, "ram", left, $"{source}; zones are not known");
        }
        else if (SizeOf(left) is > 0 and var bytes)
        {
            Remarks.Add($"Memory: {Sizes.Format(bytes)} in no zone, which the page allocator does not have, left out.");
        }

        if (_oddBytes > 0)
        {
            Remarks.Add($"Memory: {Sizes.Format(_oddBytes)} in less than a page, or beyond 52-bit addresses, left out.");
        }

        return Fitting(regions);
    }

    /// <summary>The places of RAM: exact to the byte, by hotplug blocks, or by zones including their holes.</summary>
    private (List<ByteRange> Ram, string Source) ReadRam()
    {
        const string map = "/proc/iomem";
        if (_tree.Text(map) is { } iomem)
        {
            var lines = KernelText.Resources(iomem);
            if (ByteRange.Merge(lines.Where(line => KernelText.IsSystemRam(line.Name)).Select(line => line.Range)) is { Count: > 0 } ram)
            {
                RemarkLines(lines, ram, map);
                return (ram, $"System RAM in {map}");
            }

            _tree.Miss(map, "it shows no addresses of RAM, as for users other than root");
        }

        if (ReadBlocks() is { Count: > 0 } blocks)
        {
            return (blocks, $"Online blocks in {Blocks}, holes within a block not known");
        }

        var zones = ByteRange.Merge(_zones.Where(zone => zone.Name != DeviceZone && PageBytes is not null).Select(SpanOf));
        if (zones.Count == 0)
        {
            Remarks.Add(KernelText.Amount(_amounts, "MemTotal") is { } total
                ? $"Memory: {Sizes.Format(total)} in all, but nothing readable says where."
                : "Memory: nothing readable says how much, or where.");
        }

        return (zones, "Spans of zones, holes included");
    }

    /// <summary>Adds remarks on RAM that may be removed again, and on memory that the allocator does not hand out.</summary>
    private void RemarkLines(List<(string Name, ByteRange Range)> lines, List<ByteRange> ram, string map)
    {
        foreach (var kind in lines.Where(line => KernelText.IsAdded(line.Name)).GroupBy(line => line.Name))
        {
            Remarks.Add($"Memory: {Sizes.Format(SizeOf(ByteRange.Merge(kind.Select(line => line.Range))))} of {kind.Key}, which a driver added and may take away; it counts as other RAM here.");
        }

        foreach (var kind in lines.Where(line => KernelText.IsOtherMemory(line.Name)).GroupBy(line => line.Name))
        {
            var all = ByteRange.Merge(kind.Select(line => line.Range));
            var outside = SizeOf(ram.Aggregate(all, (rest, range) => [.. rest.SelectMany(part => part.Without(range))]));
            Remarks.Add(outside == 0
                ? $"Memory: {Sizes.Format(SizeOf(all))} of {kind.Key} in {map}; it counts as other RAM here."
                : $"Memory: {Sizes.Format(outside)} of {kind.Key} in {map}, which the page allocator does not have, left out.");
        }
    }

    private static ulong SizeOf(IEnumerable<ByteRange> ranges) => ranges.Aggregate(0UL, (sum, range) => sum + range.SizeBytes);

    private List<ByteRange> ReadBlocks()
    {
        if (_tree.TextIfAny($"{Blocks}/block_size_bytes") is not { } size || KernelText.Hex(size) is not ({ } bytes and > 0))
        {
            _tree.Miss(Blocks, "the kernel shows no blocks of memory");
            return [];
        }

        var ranges = new List<ByteRange>();
        var names = _tree.Names(Blocks).Where(name => name.StartsWith("memory", StringComparison.Ordinal)).ToList();
        foreach (var block in names)
        {
            if (_tree.TextIfAny($"{Blocks}/{block}/state") == "online"
                && _tree.TextIfAny($"{Blocks}/{block}/phys_index") is { } index && KernelText.Hex(index) is { } number
                && number < EndMax / bytes)
            {
                ranges.Add(new(number * bytes, (number + 1) * bytes));
            }
        }

        if (ranges.Count > 0 && ranges.Count < names.Count)
        {
            Remarks.Add($"Memory: {names.Count - ranges.Count} of {names.Count} blocks in {Blocks} are not online or do not say where they are, left out.");
        }

        return ByteRange.Merge(ranges);
    }

    /// <summary>Why the kernel's areas are unknown: its numbers count pages, or are not readable.</summary>
    private string WhyNoAreas()
    {
        var names = _tree.Names(Areas);
        return names.Count == 0 ? "it needs root and a mounted debugfs"
            : PageBytes is null ? $"{string.Join(", ", names)} is counted in pages, and the kernel's page size is not known"
            : $"{string.Join(", ", names)} has no readable base_pfn and count, or they are beyond 52-bit addresses";
    }

    private List<CapturedRegion> ReadAreas()
    {
        var areas = new List<CapturedRegion>();
        var unplaced = new List<string>();
        foreach (var name in _tree.Names(Areas))
        {
            if (_tree.NumberIfAny($"{Areas}/{name}/base_pfn") is { } first && _tree.NumberIfAny($"{Areas}/{name}/count") is { } count
                && PageBytes is { } page && first < EndMax / page && count <= (EndMax / page) - first)
            {
                AddRegions(areas, KernelName.ToModel(name), [new(first * page, (first + count) * page)], $"Contiguous area {name} in {Areas}", "contiguous");
            }
            else
            {
                unplaced.Add(name);
            }
        }

        if (areas.Count > 0 && unplaced.Count > 0)
        {
            Remarks.Add($"Contiguous areas (CMA) {string.Join(", ", unplaced)} have no readable base_pfn and count; they count as other RAM here.");
        }

        if (KernelText.Amount(_amounts, "CmaTotal") is { } total and > 0 && areas.Count == 0)
        {
            _tree.Miss(Areas, WhyNoAreas());
            Remarks.Add($"Contiguous areas (CMA): {Sizes.Format(total)} in all, but nothing readable says where; they count as other RAM here.");
        }

        if (_tree.NumberIfAny(Bounces) is not { } slabs)
        {
            _tree.Miss(Bounces, "there is no such file, or it needs root and a mounted debugfs: whether there is a bounce pool is not known");
        }
        else if (slabs is > 0 and < (EndMax / SlabBytes))
        {
            Remarks.Add($"Bounce pool (swiotlb): {Sizes.Format(slabs * SlabBytes)}, but nothing readable says where; it counts as other RAM here.");
        }

        return areas;
    }

    private void AddRegions(
        List<CapturedRegion> regions, string name, IReadOnlyCollection<ByteRange> ranges, string source, string kind = "system")
    {
        var whole = ranges.Select(range => range.Common(new(0, EndMax)).WholePages(BoardPageBytes)).Where(range => range.SizeBytes > 0).ToList();
        _oddBytes += SizeOf(ranges) - SizeOf(whole);
        foreach (var range in whole)
        {
            var same = regions.Count(region => region.Name == name || region.Name.StartsWith($"{name}-", StringComparison.Ordinal));
            var free = same == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{same + 1}");
            regions.Add(new(UniqueName.Of(free, regions.Select(region => region.Name)), kind, range.Start, range.SizeBytes, source));
        }
    }

    /// <summary>The largest regions, as many as a board can have.</summary>
    private List<CapturedRegion> Fitting(List<CapturedRegion> regions)
    {
        // Overlapping areas would be a fault of the kernel or of a made-up tree.
        var disjoint = new List<CapturedRegion>();
        foreach (var region in regions.OrderByDescending(region => region.SizeBytes))
        {
            if (disjoint.All(other => RangeOf(other).Common(RangeOf(region)).SizeBytes == 0))
            {
                disjoint.Add(region);
            }
        }

        var kept = disjoint.Take(PhysicalMemory.RegionsMax).ToList();
        if (kept.Count < regions.Count)
        {
            Remarks.Add($"Memory: {regions.Count - kept.Count} more regions, the smallest or overlapping ones, are left out.");
        }

        return [.. kept.OrderBy(region => region.Start)];
    }

    private string ZoneName(MemoryZone zone)
    {
        var name = KernelName.ToModel(zone.Name).ToLowerInvariant();
        return _zones.Any(other => other.Node != zone.Node) ? KernelName.ToModel($"{name}-node{zone.Node}") : name;
    }

    private ByteRange SpanOf(MemoryZone zone)
    {
        var most = EndMax / PageBytes!.Value;
        var start = Math.Min(zone.StartPfn, most);
        return new(start * PageBytes.Value, (start + Math.Min(zone.SpannedPages, most - start)) * PageBytes.Value);
    }

    private ulong BytesOf(ulong pages) => Math.Min(pages, EndMax / PageBytes!.Value) * PageBytes.Value;

    private static ByteRange RangeOf(CapturedRegion region) => new(region.Start, region.Start + region.SizeBytes);
}
