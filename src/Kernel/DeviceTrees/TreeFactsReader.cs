using System.Collections.Immutable;
using DmaGrains.Kernel.Catalogue;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>Applies the kernel's rules to a device tree.</summary>
/// <param name="tree">The tree.</param>
/// <param name="architecture">The kernel that reads it.</param>
internal sealed class TreeFactsReader(DeviceTree tree, TreeArchitecture architecture)
{
    private const int IommuMapCells = 4;
    private const string Amba = "arm,primecell";

    /// <summary>Buses whose devices the kernel's core makes (drivers/of/platform.c, of_default_bus_match_table).</summary>
    private static readonly string[] _buses = ["simple-bus", "simple-mfd", "isa", "arm,amba-bus"];

    private static readonly (TreeProperty Property, string Reason)[] _reasons =
    [
        (TreeProperty.Iommus, "iommus"), (TreeProperty.IommuMap, "iommu-map"), (TreeProperty.DmaCoherent, "dma-coherent"),
        (TreeProperty.DmaNoncoherent, "dma-noncoherent"), (TreeProperty.MemoryRegion, "memory-region"), (TreeProperty.Dmas, "dmas"),
    ];

    /// <summary>Displays whose driver takes the windows of another node: of the first that is there.</summary>
    /// <remarks>Source: drivers/gpu/drm/vc4/vc4_drv.c, vc4_dma_range_matches; the walk starts at that node itself.</remarks>
    private static readonly string[] _borrowers = ["brcm,bcm2711-vc5", "brcm,bcm2835-vc4", "brcm,cygnus-vc4"];

    private static readonly string[] _lenders = ["brcm,bcm2711-hvs", "brcm,bcm2835-hvs", "brcm,bcm2835-v3d", "brcm,cygnus-v3d", "brcm,vc4-v3d"];

    private readonly DmaWalk _walk = new(tree);
    private readonly HashSet<TreeNode> _reachable = [];
    private readonly Dictionary<TreeNode, TreeNode?> _hosts = [];

    /// <summary>Reads the facts of a tree.</summary>
    /// <exception cref="DeviceTreeException">The kernel would not come back from it.</exception>
    public static TreeFacts Read(DeviceTree tree, TreeArchitecture architecture) => new TreeFactsReader(tree, architecture).Read();

    private TreeFacts Read()
    {
        foreach (var node in tree.Nodes.Where(node => node.IsEnabled && (node.Parent is null || _reachable.Contains(node.Parent))))
        {
            _reachable.Add(node);
        }

        var (maps, devices, others) = (new List<TreeWindows>(), ImmutableArray.CreateBuilder<TreeDevice>(), ImmutableArray.CreateBuilder<TreeDevice>());
        var (known, perhaps) = (ImmutableArray.CreateBuilder<TreeDevice>(), ImmutableArray.CreateBuilder<TreeDevice>());
        var disabled = 0;
        foreach (var node in tree.Nodes)
        {
            var reasons = node.Parent is null || !node.Has(TreeProperty.Compatible) ? [] : ReasonsOf(node);
            if (reasons.IsEmpty)
            {
                if (IsUnexplained(node))
                {
                    (KnownCompatible.Of(node.Compatible) is null ? perhaps : known).Add(DeviceOf(node, reasons));
                }

                continue;
            }

            if (!_reachable.Contains(node))
            {
                disabled++;
                continue;
            }

            var device = DeviceOf(node, reasons);
            maps.Add(device.Windows);
            maps.AddRange(device.WindowsBelow is { } below ? [below] : []);
            if (reasons is not ["bus"] || (IsListed(node) && node.Has(TreeProperty.Reg)))
            {
                devices.Add(device);
            }
            else if (!IsListed(node) && node.Has(TreeProperty.Reg) && node.Parent!.SizeCellsBelow != 0)
            {
                others.Add(device);
            }
        }

        var reserved = tree.Root.Children.FirstOrDefault(node => node.Name == "reserved-memory");
        var whyNot = reserved is null ? null : WhyNotReserved(reserved);
        var named = devices.SelectMany(device => device.IommuEntries).Select(entry => entry.Target!)
            .Concat(devices.SelectMany(device => device.IommuMap ?? []).Select(entry => entry.Iommu).OfType<TreeNode>()).ToHashSet();
        var iommus = tree.Nodes.Where(node => node.Has(TreeProperty.IommuCells) || named.Contains(node)).ToList();
        iommus.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path) is not 0 and var byPath ? byPath : Nullable.Compare(left.Offset, right.Offset));
        return new(tree, architecture)
        {
            Memory = [.. tree.Root.Children.Where(IsMemory).Select(MemoryOf)],
            UntypedMemory = [.. tree.Root.Children.Where(node => node.BaseName == "memory" && !IsMemory(node))],
            ReservedNode = reserved,
            ReservedWhyNot = whyNot,
            Reserved = RegionsOf(reserved, whyNot is null),
            HighestCpuAddress = _walk.HighestCpuAddress(),
            Iommus = [.. iommus],
            Devices = devices.ToImmutable(),
            BusOnly = others.ToImmutable(),
            Known = known.ToImmutable(),
            Perhaps = perhaps.ToImmutable(),
            Maps = [.. maps.Distinct<TreeWindows>(ReferenceEqualityComparer.Instance)],
            DisabledCandidates = disabled,
        };
    }

    /// <summary>Whether a node that nothing in the tree calls a master could be one: a device with registers that is enabled.</summary>
    private bool IsUnexplained(TreeNode node) =>
        node.Parent is { SizeCellsBelow: not 0 } && node.Has(TreeProperty.Compatible) && node.Has(TreeProperty.Reg) && _reachable.Contains(node);

    private static bool IsListed(TreeNode node) => KnownCompatible.In(node.Compatible).Any(known => known.IsListed);

    private ImmutableArray<string> ReasonsOf(TreeNode node)
    {
        var reasons = ImmutableArray.CreateBuilder<string>();
        foreach (var (property, reason) in _reasons)
        {
            if (node.Has(property))
            {
                reasons.Add(reason);
            }
        }

        if (_walk.Above(node).Any(bus => bus.Has(TreeProperty.DmaRanges)))
        {
            reasons.Add("bus");
        }

        if (KnownCompatible.RowOf(node.Compatible) is not null)
        {
            reasons.Add("driver");
        }

        if (SunxiMbus.Has(node, tree.Root))
        {
            reasons.Add("quirk");
        }

        if (IsPciHost(node))
        {
            reasons.Add("pci-host");
        }

        return reasons.ToImmutable();
    }

    private TreeDevice DeviceOf(TreeNode node, ImmutableArray<string> reasons)
    {
        var host = HostOf(node);
        TreeNode? lostAt = null;
        var windows = host is null ? _walk.WindowsOf(node, out lostAt) : _walk.WindowsBelow(host);
        var parent = _walk.ParentOf(node);
        var regions = RegionsNamedBy(node);
        return new(node, KindOf(node, host), windows, _walk.IsCoherent(host ?? node))
        {
            Reasons = reasons,
            LostAt = lostAt,
            DmaParent = parent == node.Parent ? null : parent,
            PciHost = host,
            WindowsBelow = IsPciHost(node) ? _walk.WindowsBelow(node) : null,
            Borrowed = node.Compatible.Any(_borrowers.Contains) && Lender is { } lender ? new(lender, _walk.WindowsBelow(lender)) : null,
            IsCoherentBelow = IsPciHost(node) && _walk.IsCoherent(node),
            Iommus = node.Has(TreeProperty.Iommus) ? new(tree, node.Cells(TreeProperty.Iommus), TreeProperty.IommuCells) : null,
            IommuMap = node.Has(TreeProperty.IommuMap) ? MapOf(node) : null,
            Regions = regions,
            RestrictedPool = RestrictedPoolOf(regions.IsEmpty && host is not null ? RegionsNamedBy(host) : regions),
            IsOnMbus = SunxiMbus.Has(node, tree.Root),
        };
    }

    private TreeNode? Lender => tree.Nodes.FirstOrDefault(node => node.Compatible.Any(_lenders.Contains));

    private static TreeNode? RestrictedPoolOf(ImmutableArray<NamedRegion> regions) =>
        regions.Select(named => named.Region).FirstOrDefault(region => region is { IsEnabled: true } && region.Compatible.Contains("restricted-dma-pool"));

    private ImmutableArray<NamedRegion> RegionsNamedBy(TreeNode node)
    {
        var cells = node.Cells(TreeProperty.MemoryRegion);
        var names = node.Texts(TreeProperty.MemoryRegionNames);
        var regions = ImmutableArray.CreateBuilder<NamedRegion>(cells.Count);
        for (var index = 0; index < cells.Count; index++)
        {
            regions.Add(new(tree.Find(cells[index]), index < names.Count ? names[index] : null));
        }

        return regions.MoveToImmutable();
    }

    private ImmutableArray<IommuMapEntry> MapOf(TreeNode node)
    {
        var cells = node.Cells(TreeProperty.IommuMap);
        var entries = ImmutableArray.CreateBuilder<IommuMapEntry>(cells.Count / IommuMapCells);
        for (var at = 0; at + IommuMapCells <= cells.Count; at += IommuMapCells)
        {
            entries.Add(new(cells[at], tree.Find(cells[at + 1]), cells[at + 2], cells[at + 3]));
        }

        return entries.MoveToImmutable();
    }

    private static bool IsPciHost(TreeNode node) => TreeBuses.IsPci(node) && node.Above().All(above => !TreeBuses.IsPci(above));

    /// <summary>The PCI host above a node; null without one.</summary>
    private TreeNode? HostOf(TreeNode node)
    {
        if (node.Parent is not { } parent)
        {
            return null;
        }

        if (!_hosts.TryGetValue(parent, out var host))
        {
            _hosts.Add(parent, host = parent.Above().Prepend(parent).LastOrDefault(TreeBuses.IsPci));
        }

        return host;
    }

    private static TreeDeviceKind KindOf(TreeNode node, TreeNode? host)
    {
        if (host is not null)
        {
            return TreeDeviceKind.Pci;
        }

        // Of what is below /firmware the core makes devices, too (drivers/of/platform.c, of_platform_default_populate_init).
        var isMade = node.Parent!.Path == "/firmware" || node.Above().All(above => above.Parent is null || above.Compatible.Any(text => _buses.Contains(text)));
        return !isMade ? TreeDeviceKind.ByDriver : node.Compatible.Contains(Amba) ? TreeDeviceKind.Amba : TreeDeviceKind.Platform;
    }

    private static bool IsMemory(TreeNode node) => node.Text(TreeProperty.DeviceType) == "memory";

    private TreeMemory MemoryOf(TreeNode node)
    {
        TreeProperty? source = node.Has(TreeProperty.UsableMemory) ? TreeProperty.UsableMemory : node.Has(TreeProperty.Reg) ? TreeProperty.Reg : null;
        var cells = source is { } property ? node.Cells(property) : default;
        return new(node, node.IsEnabled, source, TreeRange.All(cells, tree.Root.AddressCellsBelow, tree.Root.SizeCellsBelow));
    }

    private string? WhyNotReserved(TreeNode node) =>
        node.Cell(TreeProperty.AddressCells) != tree.Root.AddressCellsBelow || node.Cell(TreeProperty.SizeCells) != tree.Root.SizeCellsBelow
            ? "cells differ from the root's"
            : node.Has(TreeProperty.Ranges) ? null : "no ranges";

    private ImmutableArray<ReservedRegion> RegionsOf(TreeNode? reserved, bool isAccepted)
    {
        if (reserved is null)
        {
            return [];
        }

        var users = tree.Nodes.Where(node => node.Has(TreeProperty.MemoryRegion))
            .SelectMany(node => RegionsNamedBy(node).Select((named, index) => new RegionUser(node, named.Region, index, named.Name)))
            .Where(use => use.Region is not null)
            .ToLookup(use => use.Region);
        return [.. reserved.Children.Select(node => ReservedRegion.Read(node, tree.Root, isAccepted, architecture) with { Users = [.. users[node]] })];
    }
}
