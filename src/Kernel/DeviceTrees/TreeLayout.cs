using DmaGrains.Kernel.Capturing;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>Lays out memory as a kernel does that boots with a tree: what it keeps, areas, zones.</summary>
/// <remarks>
/// Source: drivers/of/fdt.c, drivers/of/of_reserved_mem.c, kernel/dma/contiguous.c, arch/arm64/mm/init.c, mm/memblock.c (top down). The
/// kernel's own image and tables are not known; regions to be placed lie where they would without them.
/// </remarks>
internal sealed class TreeLayout
{
    private const ulong EndMax = MemoryRegionLayout.EndPfnMax << Page.Shift;

    /// <summary>The most ranges that are kept; the kernel knows 64 regions by name (drivers/of/of_reserved_mem.c), boards have up to 50.</summary>
    private const int KeptMax = 1024;
    private const ulong FourGiB = 1UL << 32;

    private readonly TreeFacts _facts;
    private readonly HashSet<string> _names = [];
    private readonly HashSet<TreeNode> _users;
    private readonly List<CapturedRegion> _regions = [];

    /// <summary>Free memory, by address.</summary>
    private List<ByteRange> _free;

    /// <summary>Lays out memory.</summary>
    /// <param name="facts">The tree.</param>
    /// <param name="memory">Memory in place of the tree's; empty to take what the tree states.</param>
    /// <exception cref="DeviceTreeException">The tree leaves memory to the boot loader, and none is given.</exception>
    public TreeLayout(TreeFacts facts, IReadOnlyList<StatedMemory> memory)
    {
        _facts = facts;
        _users = facts.Devices.Where(device => !device.Node.Has(TreeProperty.IommuCells)).SelectMany(device => device.Regions)
            .Select(named => named.Region).OfType<TreeNode>().ToHashSet();
        var kept = facts.Tree.Reserved.Count;
        foreach (var region in facts.Reserved)
        {
            kept += Math.Max(1, region.Ranges.Length);
        }

        if (kept > KeptMax)
        {
            throw new DeviceTreeException(facts.ReservedNode?.Offset ?? facts.Tree.Root.Offset, $"the tree keeps {kept} ranges of memory; expected at most {KeptMax}");
        }

        _free = ByteRange.Merge((memory.Count > 0 ? Given(memory) : Stated()).Select(WholePagesWithin));
        Keep(facts.Tree.Reserved.Select(RangeOf), "memory reservation block of the tree's header");
        foreach (var region in facts.Reserved.Where(region => region.Kind is not (ReservedKind.Freed or ReservedKind.Ignored) && !region.Ranges.IsEmpty))
        {
            AddFixed(region);
        }

        foreach (var region in facts.Reserved.Where(region => region.Kind is not (ReservedKind.Freed or ReservedKind.Ignored) && region.Ranges.IsEmpty))
        {
            AddPlaced(region);
        }

        if (facts.DefaultArea is null)
        {
            AddDefaultArea();
        }

        AddZones();
    }

    /// <summary>The regions, disjoint, by address.</summary>
    public IReadOnlyList<CapturedRegion> Regions { get; private set; } = [];

    /// <summary>What is known of memory but not expressed in the file.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>The names of regions of reserved memory that the board has.</summary>
    public Dictionary<TreeNode, string> NamesOf { get; } = [];

    /// <summary>Whether a region of reserved memory is a bounce pool for some devices alone.</summary>
    public bool IsPool(TreeNode region) => _facts.Reserved.Any(known => known.Node == region && known.Kind == ReservedKind.Restricted);

    private IEnumerable<ByteRange> Stated()
    {
        if (_facts.LacksMemory)
        {
            throw new DeviceTreeException(
                _facts.Memory.IsEmpty ? _facts.Tree.Root.Offset : _facts.Memory[0].Node.Offset,
                "the tree leaves it to the boot loader to say how much memory there is; expected --memory SIZE, such as --memory 2GiB");
        }

        return _facts.Memory.Where(memory => memory.IsEnabled).SelectMany(memory => memory.Ranges).Select(RangeOf);
    }

    private IEnumerable<ByteRange> Given(IReadOnlyList<StatedMemory> memory) =>
        memory.Select(range => RangeOf(new(range.Start ?? StartOfTree(), range.SizeBytes)));

    /// <summary>Where memory starts: as a memory node says, even one that a boot loader fills in; else assumed, which is remarked.</summary>
    private ulong StartOfTree()
    {
        if (Lowest(_facts.Memory.Where(memory => memory.IsEnabled).SelectMany(memory => memory.Ranges)) is { } stated)
        {
            return stated.Start;
        }

        var windows = Lowest(_facts.Maps.SelectMany(map => map.Windows).Select(window => new TreeRange(window.Cpu!.Value, window.SizeBytes)))?.Start;
        Remarks.Add(
            $"Memory: the tree does not say where memory starts. 0x{windows ?? 0:x} is assumed, {(windows is null ? "as nothing else is known" : "the lowest address of a window of its buses")}; --memory SIZE@START says it.");
        return windows ?? 0;
    }

    private static TreeRange? Lowest(IEnumerable<TreeRange> ranges) =>
        ranges.Aggregate((TreeRange?)null, (lowest, range) => lowest is null || range.Start < lowest.Start ? range : lowest);

    /// <summary>A range that ends at the end of what boards can have; a range that wraps ends there too.</summary>
    private static ByteRange RangeOf(TreeRange range) => new(
        Math.Min(range.Start, EndMax), range.SizeBytes > EndMax - Math.Min(range.Start, EndMax) ? EndMax : range.Start + range.SizeBytes);

    private static ByteRange WholePagesWithin(ByteRange range) => range.WholePages(Page.SizeBytes);

    /// <summary>The pages that a range touches.</summary>
    private static ByteRange TouchedPages(ByteRange range) =>
        new(range.Start & ~(ulong)(Page.SizeBytes - 1), Math.Min(EndMax, (range.End + Page.SizeBytes - 1) & ~(ulong)(Page.SizeBytes - 1)));

    /// <summary>Takes the pages of ranges from free memory, and says so.</summary>
    private void Keep(IEnumerable<ByteRange> ranges, string what)
    {
        foreach (var range in ranges.Where(range => range.SizeBytes > 0).Select(TouchedPages))
        {
            var before = TotalOf(_free);
            _free = [.. _free.SelectMany(free => free.Without(range))];
            if (TotalOf(_free) is var after && after < before)
            {
                Remarks.Add($"Memory: {Sizes.Format(before - after)} at 0x{range.Start:x} kept: {what}.");
            }
        }
    }

    private static ulong TotalOf(IEnumerable<ByteRange> ranges)
    {
        var sum = 0UL;
        foreach (var range in ranges)
        {
            sum += range.SizeBytes;
        }

        return sum;
    }

    /// <summary>A region that lies where the tree says.</summary>
    private void AddFixed(ReservedRegion region)
    {
        var what = $"{region.Node.Path}, {WordsOf(region)}";
        var first = RangeOf(region.Ranges[0]).WholePages(Page.SizeBytes);
        if (!IsRegionOfBoard(region) || first.SizeBytes == 0 || _regions.Any(other => RangeOf(new(other.Start, other.SizeBytes)).Common(first).SizeBytes > 0))
        {
            Keep(region.Ranges.Select(RangeOf), what);
            return;
        }

        _free = [.. region.Ranges.Aggregate(_free, (free, range) => [.. free.SelectMany(part => part.Without(TouchedPages(RangeOf(range))))])];
        Add(region, first, $"{what}, reg");
    }

    /// <summary>A region that the kernel places at boot: in the first range that has room, as high as it goes.</summary>
    private void AddPlaced(ReservedRegion region)
    {
        var alignment = Math.Max(region.EffectiveAlignment ?? 1, Page.SizeBytes);
        var ranges = region.AllocRanges is { } stated ? stated.Select(RangeOf) : [new ByteRange(0, EndMax)];
        var place = ranges.Select(range => Highest(region.SizeBytes!.Value, alignment, range)).FirstOrDefault(found => found is not null);
        if (place is not { } found)
        {
            Remarks.Add($"Memory: {region.Node.Path}, {Sizes.Format(region.SizeBytes!.Value)} to be placed at boot, finds no room: the kernel leaves it out.");
            return;
        }

        var what = $"{region.Node.Path}, {WordsOf(region)}, placed at boot: as high as it goes in what the tree allows, without what the kernel itself takes";
        if (IsRegionOfBoard(region))
        {
            _free = [.. _free.SelectMany(free => free.Without(found))];
            Add(region, found, what);
        }
        else
        {
            Keep([found], what);
        }
    }

    /// <summary>Whether a board has it: the area for everybody, or one, or memory without struct pages, or a bounce pool, that a device of the board names.</summary>
    private bool IsRegionOfBoard(ReservedRegion region) =>
        region is { Kind: ReservedKind.Cma, IsCmaDefault: true }
        || (region.Kind == ReservedKind.Restricted && (region.Ranges.IsEmpty ? region.SizeBytes : region.Ranges[0].SizeBytes) <= SwiotlbPool.SizeBytesMax && _facts.Devices.Any(device => device.RestrictedPool == region.Node && !device.Node.Has(TreeProperty.IommuCells)))
        || ((region.Kind is ReservedKind.Cma or ReservedKind.Coherent || region is { Kind: ReservedKind.Reserved, IsNoMap: true }) && _users.Contains(region.Node));

    private static string WordsOf(ReservedRegion region) => region.Kind switch
    {
        ReservedKind.Cma => region.IsCmaDefault ? "the contiguous area for everybody" : "a contiguous area for the devices that name it",
        ReservedKind.Coherent => "coherent memory for the devices that name it",
        ReservedKind.Restricted => "a bounce pool for the devices that name it",
        _ => region.IsNoMap ? "not mapped by the kernel" : "for a driver to find",
    };

    private void Add(ReservedRegion region, ByteRange range, string source)
    {
        if (_regions.Count >= PhysicalMemory.RegionsMax / 2)
        {
            Remarks.Add($"Memory: {region.Node.Path} is one region more than fits on a board with its zones; its memory is left out.");
            return;
        }

        var name = NameOf(region.Node.Name);
        NamesOf.Add(region.Node, name);
        _regions.Add(new(name, region.Kind == ReservedKind.Cma ? "contiguous" : region.Kind == ReservedKind.Restricted ? "bounce" : "carveout", range.Start, range.SizeBytes, source));
    }

    /// <summary>The highest free range of that size in another range; null when there is none.</summary>
    private ByteRange? Highest(ulong size, ulong alignment, ByteRange within)
    {
        var whole = size > EndMax ? EndMax : (size + Page.SizeBytes - 1) & ~(ulong)(Page.SizeBytes - 1);
        foreach (var free in _free.Select(free => free.Common(within)).Where(free => free.SizeBytes >= whole).Reverse())
        {
            var start = (free.End - whole) / alignment * alignment;
            if (start >= free.Start)
            {
                return new(start, start + whole);
            }
        }

        return null;
    }

    /// <summary>The kernel's own contiguous area, for a tree without one.</summary>
    private void AddDefaultArea()
    {
        var size = _facts.Architecture.DefaultAreaBytes();
        if (Highest(size, _facts.Architecture.AreaAlignment(), new(0, ZoneEnd)) is not { } found)
        {
            Remarks.Add($"Memory: no room for the kernel's own contiguous area of {Sizes.Format(size)}.");
            return;
        }

        _free = [.. _free.SelectMany(free => free.Without(found))];
        _regions.Add(new(
            NameOf("cma"), "contiguous", found.Start, found.SizeBytes,
            $"The tree has no contiguous area for everybody: {Sizes.Format(size)} is the default of Debian's kernel for {_facts.Architecture.Word()}, as high as the DMA zone allows; cma= on the command line says otherwise"));
    }

    /// <summary>The address after the DMA zone, within which every device's windows lie.</summary>
    private ulong ZoneEnd
    {
        get
        {
            var limit = Math.Min(_facts.HighestCpuAddress ?? ulong.MaxValue, FourGiB - 1);
            var start = _free.Count == 0 ? 0 : _free[0].Start;
            return start >= FourGiB ? EndMax : start > limit ? FourGiB : limit + 1;
        }
    }

    /// <summary>What is left, by zones of the page allocator.</summary>
    private void AddZones()
    {
        Zone[] zones = _facts.Architecture == TreeArchitecture.Arm
            ? [new("ram", new(0, EndMax))]
            : [new("dma", new(0, ZoneEnd)), new("dma32", new(ZoneEnd, Math.Max(ZoneEnd, FourGiB))), new("normal", new(Math.Max(ZoneEnd, FourGiB), EndMax))];
        var pieces = zones
            .SelectMany(zone => _free.Select(free => new Zone(zone.Name, free.Common(zone.Span).WholePages(Page.SizeBytes))))
            .Where(piece => piece.Span.SizeBytes > 0)
            .ToList();
        pieces.Sort(static (left, right) => right.Span.SizeBytes.CompareTo(left.Span.SizeBytes) is not 0 and var bySize ? bySize : left.Span.Start.CompareTo(right.Span.Start));
        var room = PhysicalMemory.RegionsMax - _regions.Count;
        if (pieces.Count > room)
        {
            Remarks.Add($"Memory: {pieces.Count - room} more pieces between what is kept, the smallest ones, {Sizes.Format(TotalOf(pieces.Skip(room).Select(piece => piece.Span)))} together, are left out.");
        }

        var largest = pieces.Take(room).ToList();
        largest.Sort(static (left, right) => left.Span.Start.CompareTo(right.Span.Start));
        foreach (var (name, range) in largest)
        {
            _regions.Add(new(NameOf(name), "system", range.Start, range.SizeBytes, SourceOfZone(name)));
        }

        _regions.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        Regions = _regions;
    }

    /// <summary>A zone of the page allocator, or a piece of one.</summary>
    private sealed record Zone(string Name, ByteRange Span);

    private string SourceOfZone(string zone) =>
        $"Memory {(_facts.LacksMemory ? "of the size that was given" : "as the tree or the command states it")}, less what is kept of it" + zone switch
        {
            "dma" when _facts.HighestCpuAddress is { } highest => $"; the DMA zone, up to 0x{Math.Min(highest, FourGiB - 1):x}, which every bus reaches",
            "dma" => "; the DMA zone, below 4 GiB",
            "dma32" => "; above the DMA zone, below 4 GiB",
            "normal" => "; the rest",
            _ => "; how a 32-bit kernel divides it is not in the tree",
        };

    private string NameOf(string name)
    {
        var unique = UniqueName.Of(KernelName.ToModel(name), _names);
        _names.Add(unique);
        return unique;
    }
}
