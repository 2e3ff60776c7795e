using System.Collections.Immutable;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>What the kernel makes of a region below <c>/reserved-memory</c>.</summary>
internal enum ReservedKind
{
    /// <summary>Kept, for a driver to find.</summary>
    Reserved,

    /// <summary>A contiguous area, whose pages others may use while it has no user.</summary>
    Cma,

    /// <summary>Coherent memory for its users alone.</summary>
    Coherent,

    /// <summary>A bounce pool for its users alone.</summary>
    Restricted,

    /// <summary>Refused by the code of its pool, and given back.</summary>
    Freed,

    /// <summary>Not reserved at all.</summary>
    Ignored,
}

/// <summary>A device that names a region in <c>memory-region</c>.</summary>
/// <param name="Device">The device.</param>
/// <param name="Region">The region; null when its phandle names no node.</param>
/// <param name="Index">Which of its regions it is, from 0.</param>
/// <param name="Name">Its name in <c>memory-region-names</c>; null without one.</param>
internal sealed record RegionUser(TreeNode Device, TreeNode? Region, int Index, string? Name);

/// <summary>A range of a region.</summary>
internal sealed record TreeRange(ulong Start, ulong SizeBytes)
{
    /// <summary>The ranges of a property; a rest of less than one is ignored, and ranges of no cells are none.</summary>
    /// <param name="cells">The property.</param>
    /// <param name="address">How many cells a start has.</param>
    /// <param name="size">How many cells a size has.</param>
    public static ImmutableArray<TreeRange> All(TreeCells cells, uint address, uint size)
    {
        var each = (long)address + size;
        var ranges = ImmutableArray.CreateBuilder<TreeRange>();
        for (var at = 0L; each > 0 && at + each <= cells.Count; at += each)
        {
            ranges.Add(new(cells.Number((int)at, (int)address), cells.Number((int)(at + address), (int)size)));
        }

        return ranges.ToImmutable();
    }
}

/// <summary>A region of reserved memory.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Kind">What the kernel makes of it.</param>
/// <param name="Why">Why it is freed or ignored; null for the others.</param>
/// <remarks>Source: drivers/of/fdt.c, drivers/of/of_reserved_mem.c, kernel/dma/{contiguous,coherent,swiotlb}.c.</remarks>
internal sealed record ReservedRegion(TreeNode Node, ReservedKind Kind, string? Why)
{
    private const string SharedPool = "shared-dma-pool";

    /// <summary>What a region to be placed is aligned to when its tree states nothing: a cache line (mm/memblock.c).</summary>
    private const ulong CacheLineBytes = 64;

    /// <summary>Where it lies; empty for a region to be placed at boot.</summary>
    public ImmutableArray<TreeRange> Ranges { get; init; } = [];

    /// <summary>Bytes of a region to be placed at boot.</summary>
    public ulong? SizeBytes { get; init; }

    /// <summary>What the tree states as its alignment.</summary>
    public ulong? Alignment { get; init; }

    /// <summary>What the kernel aligns a region to be placed to.</summary>
    public ulong? EffectiveAlignment { get; init; }

    /// <summary>Where a region may be placed, tried in order; null for anywhere.</summary>
    public ImmutableArray<TreeRange>? AllocRanges { get; init; }

    /// <summary>Whether it would be a contiguous area, but for where it lies.</summary>
    public bool IsMisaligned { get; init; }

    /// <summary>The devices that name it, in the order of the tree.</summary>
    public ImmutableArray<RegionUser> Users { get; init; } = [];

    /// <summary>Whether the kernel does not map it.</summary>
    public bool IsNoMap => Node.Has(TreeProperty.NoMap);

    /// <summary>Whether others may use its pages while it has no user.</summary>
    public bool IsReusable => Node.Has(TreeProperty.Reusable);

    /// <summary>Whether it says that it is the contiguous area for everybody.</summary>
    public bool IsCmaDefault => Node.Has(TreeProperty.CmaDefault);

    /// <summary>The kind in the words of facts files.</summary>
    public string KindText => Why is null ? Kind.ToString().ToLowerInvariant() : $"{Kind.ToString().ToLowerInvariant()}: {Why}";

    /// <summary>Reads a region.</summary>
    /// <param name="node">Its node.</param>
    /// <param name="root">The root, whose cell numbers count.</param>
    /// <param name="isAccepted">Whether the node above it counts at all.</param>
    /// <param name="architecture">The kernel's architecture.</param>
    public static ReservedRegion Read(TreeNode node, TreeNode root, bool isAccepted, TreeArchitecture architecture)
    {
        var (address, size) = (root.AddressCellsBelow, root.SizeCellsBelow);
        var pool = node.Compatible.Contains(SharedPool);
        var region = new ReservedRegion(node, ReservedKind.Ignored, null) { Ranges = RangesOf(node, TreeProperty.Reg, address, size) ?? [] };
        if (!node.Has(TreeProperty.Reg) && NumberOf(node, TreeProperty.Size, size) is { } bytes)
        {
            var stated = node.Has(TreeProperty.Alignment) ? node.Cells(TreeProperty.Alignment) is var cells ? cells.Number(0, cells.Count) : 0 : (ulong?)null;
            var least = stated is null or 0 ? CacheLineBytes : stated.Value;
            if (node.Value(TreeProperty.Alignment) is { } given && (ulong)given.Length != address * (ulong)sizeof(uint))
            {
                least = CacheLineBytes;
            }

            region = region with
            {
                SizeBytes = bytes,
                Alignment = stated,
                EffectiveAlignment = pool && region.IsReusable && !region.IsNoMap ? Math.Max(least, architecture.AreaAlignment()) : least,
                AllocRanges = node.Has(TreeProperty.AllocRanges) ? RangesOf(node, TreeProperty.AllocRanges, address, size) ?? [] : null,
            };
        }

        var why = !isAccepted ? $"{node.Parent} not accepted" : !node.IsEnabled ? "disabled" : Malformed(node, address, size);
        if (why is null && (region.Ranges.IsEmpty ? region.SizeBytes ?? 0 : region.Ranges[0].SizeBytes) == 0)
        {
            why = "zero size";
        }

        return why is null ? region.WithKind(pool, architecture) : region with { Why = why };
    }

    /// <summary>The kind of a region that is kept, or why its pool gives it back.</summary>
    private ReservedRegion WithKind(bool pool, TreeArchitecture architecture)
    {
        if (pool && IsReusable)
        {
            // A region to be placed is aligned by then, its size is not.
            var bits = Ranges.IsEmpty ? SizeBytes.GetValueOrDefault() : Ranges[0].Start | Ranges[0].SizeBytes;
            var isMisaligned = (bits & (architecture.AreaAlignment() - 1)) != 0;
            return IsNoMap ? Freed("reusable with no-map")
                : isMisaligned ? Freed("misaligned for CMA") with { IsMisaligned = true }
                : this with { Kind = ReservedKind.Cma };
        }

        if (pool)
        {
            return architecture == TreeArchitecture.Arm && !IsNoMap
                ? Freed("coherent pool without no-map")
                : this with { Kind = ReservedKind.Coherent };
        }

        if (!Node.Compatible.Contains("restricted-dma-pool"))
        {
            return this with { Kind = ReservedKind.Reserved };
        }

        return IsNoMap ? Freed("restricted pool with no-map")
            : IsReusable || IsCmaDefault || Node.Has(TreeProperty.DmaDefault) ? Freed("restricted pool that is reusable or a default")
            : this with { Kind = ReservedKind.Restricted };
    }

    private ReservedRegion Freed(string why) => this with { Kind = ReservedKind.Freed, Why = why };

    private static string? Malformed(TreeNode node, uint address, uint size)
    {
        var each = ((ulong)address + size) * sizeof(uint);
        if (node.Value(TreeProperty.Reg) is { } reg)
        {
            return NotWhole("reg", reg.Length, each);
        }

        return node.Value(TreeProperty.Size) is not { } bytes ? "neither reg nor size"
            : (ulong)bytes.Length != size * (ulong)sizeof(uint) ? $"size is {bytes.Length} bytes, not {size * (ulong)sizeof(uint)}"
            : node.Value(TreeProperty.Alignment) is { } alignment && (ulong)alignment.Length != address * (ulong)sizeof(uint)
                ? $"alignment is {alignment.Length} bytes, not {address * (ulong)sizeof(uint)}"
            : node.Value(TreeProperty.AllocRanges) is { } ranges ? NotWhole("alloc-ranges", ranges.Length, each)
            : null;
    }

    private static string? NotWhole(string property, int bytes, ulong each) =>
        each == 0 || (ulong)bytes % each != 0 ? $"{property} is {bytes} bytes, no multiple of {each}" : null;

    private static ulong? NumberOf(TreeNode node, TreeProperty property, uint cells) =>
        node.Value(property) is { } value && (ulong)value.Length == cells * (ulong)sizeof(uint) ? node.Cells(property).Number(0, (int)cells) : null;

    private static ImmutableArray<TreeRange>? RangesOf(TreeNode node, TreeProperty property, uint address, uint size)
    {
        var cells = node.Cells(property);
        var each = (long)address + size;
        return each == 0 || !node.Has(property) || node.Value(property)!.Value.Length % (each * sizeof(uint)) != 0 ? null : TreeRange.All(cells, address, size);
    }
}
