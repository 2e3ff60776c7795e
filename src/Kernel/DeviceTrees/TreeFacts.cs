using System.Collections.Immutable;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>A memory node.</summary>
/// <param name="Node">The node.</param>
/// <param name="IsEnabled">Whether it counts.</param>
/// <param name="Source">The property with its ranges; null when it has none.</param>
/// <param name="Ranges">Its ranges, also those of no bytes.</param>
internal sealed record TreeMemory(TreeNode Node, bool IsEnabled, TreeProperty? Source, ImmutableArray<TreeRange> Ranges)
{
    /// <summary>Whether a boot loader has to fill it in.</summary>
    public bool IsPlaceholder => Ranges.All(range => range.SizeBytes == 0);
}

/// <summary>How a device comes to be.</summary>
internal enum TreeDeviceKind
{
    /// <summary>The kernel's core makes a platform device.</summary>
    Platform,

    /// <summary>The kernel's core makes a device of the AMBA bus.</summary>
    Amba,

    /// <summary>The driver of a node above has to make it.</summary>
    ByDriver,

    /// <summary>It is below a PCI host.</summary>
    Pci,
}

/// <summary>A node that may be a DMA master.</summary>
/// <param name="Node">The node.</param>
/// <param name="Kind">How it comes to be.</param>
/// <param name="Windows">How it sees memory.</param>
/// <param name="IsCoherent">Whether it snoops.</param>
internal sealed record TreeDevice(TreeNode Node, TreeDeviceKind Kind, TreeWindows Windows, bool IsCoherent)
{
    /// <summary>Why it is listed, in the words of facts files.</summary>
    public ImmutableArray<string> Reasons { get; init; } = [];

    /// <summary>Where the walk gave up though windows are further up; null when it did not.</summary>
    public TreeNode? LostAt { get; init; }

    /// <summary>Its DMA parent, when that is not its tree parent.</summary>
    public TreeNode? DmaParent { get; init; }

    /// <summary>The PCI host above it; null when it is not a PCI device.</summary>
    public TreeNode? PciHost { get; init; }

    /// <summary>For a PCI host: how devices below it see memory.</summary>
    public TreeWindows? WindowsBelow { get; init; }

    /// <summary>Whether it is a PCI host by itself, without the cards behind it.</summary>
    public bool IsHostItself => WindowsBelow is null && PciHost is null && Reasons.Contains("pci-host");

    /// <summary>The node whose windows its driver takes in place of its own; null when it takes its own.</summary>
    public BorrowedWindows? Borrowed { get; init; }

    /// <summary>For a PCI host: whether devices below it snoop.</summary>
    public bool IsCoherentBelow { get; init; }

    /// <summary>Its IOMMUs and the stream or port that it has there; null without the property.</summary>
    public PhandleList? Iommus { get; init; }

    /// <summary>Whether an IOMMU stands between it and memory.</summary>
    public bool IsTranslated => IommuEntries.Any() && IommuEntries.All(entry => entry.Target!.IsEnabled);

    /// <summary>The IOMMUs that are found: the list ends at the first that is not.</summary>
    public IEnumerable<PhandleEntry> IommuEntries => Iommus?.Entries.TakeWhile(entry => entry.Target is not null) ?? [];

    /// <summary>For a PCI host: which requester ids have which IOMMU.</summary>
    public ImmutableArray<IommuMapEntry>? IommuMap { get; init; }

    /// <summary>For a PCI host: the IOMMU of a requester id and the stream that it has there; null for none.</summary>
    /// <remarks>Source: of_map_id (drivers/of/base.c), which gives up at a first id with bits outside the mask and at a phandle of no node.</remarks>
    public (TreeNode Iommu, uint Stream)? IommuOf(uint requester)
    {
        var mask = Node.Cell(TreeProperty.IommuMapMask) ?? uint.MaxValue;
        foreach (var entry in IommuMap ?? [])
        {
            if ((entry.First & ~mask) != 0)
            {
                return null;
            }

            if ((requester & mask) >= entry.First && (requester & mask) < unchecked(entry.First + entry.Length))
            {
                return entry.Iommu is { } iommu ? (iommu, unchecked(entry.Out + (requester & mask) - entry.First)) : null;
            }
        }

        return null;
    }

    /// <summary>The regions that it names; null for what names no node.</summary>
    public ImmutableArray<NamedRegion> Regions { get; init; } = [];

    /// <summary>The bounce pool for it alone; null without one.</summary>
    public TreeNode? RestrictedPool { get; init; }

    /// <summary>Whether Linux gives it one window that no tree states (drivers/soc/sunxi/sunxi_mbus.c).</summary>
    public bool IsOnMbus { get; init; }
}

/// <summary>A region that a device names.</summary>
/// <param name="Region">Null when the phandle names no node.</param>
/// <param name="Name">Its name in <c>memory-region-names</c>; null without one.</param>
internal sealed record NamedRegion(TreeNode? Region, string? Name);

/// <summary>Windows that a driver takes in place of its device's own.</summary>
/// <param name="Node">The node whose windows they are.</param>
/// <param name="Windows">The windows.</param>
internal sealed record BorrowedWindows(TreeNode Node, TreeWindows Windows);

/// <summary>Requester ids of PCI devices and the IOMMU that they have.</summary>
/// <param name="First">The first id.</param>
/// <param name="Iommu">The IOMMU; null when the phandle names no node.</param>
/// <param name="Out">The stream of the first id.</param>
/// <param name="Length">How many ids.</param>
internal sealed record IommuMapEntry(uint First, TreeNode? Iommu, uint Out, uint Length);

/// <summary>What Linux takes from a device tree for DMA.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Architecture">The kernel that reads it.</param>
internal sealed record TreeFacts(DeviceTree Tree, TreeArchitecture Architecture)
{
    /// <summary>The board's name in its own words; null without one.</summary>
    public string? Model => Tree.Root.Text(TreeProperty.Model);

    /// <summary>The memory nodes.</summary>
    public required ImmutableArray<TreeMemory> Memory { get; init; }

    /// <summary>Nodes called memory that the kernel does not take for memory.</summary>
    public required ImmutableArray<TreeNode> UntypedMemory { get; init; }

    /// <summary>The node of reserved memory; null without one.</summary>
    public TreeNode? ReservedNode { get; init; }

    /// <summary>Why the node of reserved memory does not count; null when it does.</summary>
    public string? ReservedWhyNot { get; init; }

    /// <summary>The regions below it.</summary>
    public required ImmutableArray<ReservedRegion> Reserved { get; init; }

    /// <summary>The highest CPU address that every window reaches; null without windows.</summary>
    public required ulong? HighestCpuAddress { get; init; }

    /// <summary>The IOMMUs, used or not, by path.</summary>
    public required ImmutableArray<TreeNode> Iommus { get; init; }

    /// <summary>Nodes that may be DMA masters, enabled with all above them.</summary>
    public required ImmutableArray<TreeDevice> Devices { get; init; }

    /// <summary>Other nodes below a bus with windows: registers, hardly masters.</summary>
    public required ImmutableArray<TreeDevice> BusOnly { get; init; }

    /// <summary>Nodes of a known driver of masters, though nothing in the tree says so: no bus above them has windows.</summary>
    public required ImmutableArray<TreeDevice> Known { get; init; }

    /// <summary>Other nodes with registers outside of buses with windows: hardly masters.</summary>
    public required ImmutableArray<TreeDevice> Perhaps { get; init; }

    /// <summary>The results of the walk in the order of the tree, also of nodes that are not listed.</summary>
    public required ImmutableArray<TreeWindows> Maps { get; init; }

    /// <summary>How many more nodes there would be if nothing were disabled.</summary>
    public required int DisabledCandidates { get; init; }

    /// <summary>Whether Linux makes every platform device coherent, whatever the tree says.</summary>
    /// <remarks>Source: arch/arm/mach-mvebu/coherency.c, for Armada 375, 38x and XP with several processors.</remarks>
    public bool IsAllCoherent => Architecture == TreeArchitecture.Arm
        && Tree.Root.Compatible.Any(text => text is "marvell,armada375" or "marvell,armada380" or "marvell,armadaxp")
        && Tree.Root.Children.Where(node => node.Name == "cpus").SelectMany(node => node.Children).Count(node => node.Text(TreeProperty.DeviceType) == "cpu") > 1;

    /// <summary>Whether the boot loader says what memory there is.</summary>
    public bool LacksMemory => !Memory.Any(memory => memory.IsEnabled && !memory.IsPlaceholder);

    /// <summary>The contiguous area for everybody that the tree states; null when the kernel's default counts.</summary>
    public ReservedRegion? DefaultArea => Reserved.FirstOrDefault(region => region is { Kind: ReservedKind.Cma, IsCmaDefault: true });
}
