using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using DmaGrains.Kernel.DeviceTrees;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Capturing;

/// <summary>Writes a board file of a machine from its /proc and /sys. What these do not tell is reported, never guessed.</summary>
public static class Capture
{
    private const string ThisProgram = "dmagrains capture";

    /// <summary>Captures a machine.</summary>
    /// <param name="tree">The machine.</param>
    /// <param name="name">The board's name; null for the machine's own.</param>
    public static CaptureReport Of(MachineTree tree, string? name)
    {
        var kernel = tree.Text("/proc/sys/kernel/osrelease");
        var architecture = ArchitectureOf(tree);
        var memory = new CapturedMemory(tree, KernelText.IsX86Architecture(architecture));
        var devices = new CapturedDevices(tree, architecture);
        List<string> remarks = [.. memory.Remarks, .. devices.Remarks, .. UserspaceNames(tree)];
        var groups = CapturedGroups.Of(tree, devices.All, memory.PageBytes, remarks);
        var model = tree.TextIfAny("/proc/device-tree/model") ?? tree.TextIfAny("/sys/class/dmi/id/product_name");
        var board = name ?? KernelName.ToModel(model ?? tree.TextIfAny("/proc/sys/kernel/hostname") ?? "captured");
        var title = $"{model ?? "A machine of unknown model"}, Linux {kernel ?? "of unknown version"}, {architecture ?? "unknown architecture"}";
        var canBe = memory.Regions.Count > 0 && devices.All.Count > 0;
        var unread = tree.Unread.Select(missed => new UnreadPath(HarmlessText.Of(missed.Path), HarmlessText.Of(missed.Reason))).ToImmutableArray();
        ImmutableArray<string> left = [.. remarks.Select(HarmlessText.Of)];
        return new(tree.Root, canBe ? board : null, kernel, architecture, memory.Regions.Count, devices.All.Count)
        {
            Iommus = groups.Count,
            Classes = devices.All.Where(device => device.Known is not null).ToImmutableSortedDictionary(device => device.Name, device => device.Known!.Class),
            Unread = unread,
            LeftOut = left,
            Text = canBe ? Text(board, title, memory, devices.All, groups, Comments(tree.Root, unread, left)) : null,
        };
    }

    /// <summary>Writes a board file of a flattened device tree.</summary>
    /// <param name="file">Its name in the report.</param>
    /// <param name="bytes">The tree; bytes after it are ignored.</param>
    /// <param name="options">What the tree does not say.</param>
    /// <exception cref="DeviceTreeException">It is no sound tree, the kernel would not come back from it, or it lacks memory.</exception>
    public static CaptureReport OfTree(string file, ReadOnlyMemory<byte> bytes, TreeOptions options) =>
        TreeBoard.Capture(options.Facts(bytes), file, options.Name, options.Memory);

    /// <summary>Writes a board file of a flattened device tree, with other memory where the tree leaves it to the boot loader.</summary>
    /// <param name="file">Its name in the report.</param>
    /// <param name="bytes">The tree; bytes after it are ignored.</param>
    /// <param name="options">What the tree does not say.</param>
    /// <param name="otherwise">That memory.</param>
    /// <param name="isAssumed">Whether it was taken.</param>
    /// <exception cref="DeviceTreeException">It is no sound tree, or the kernel would not come back from it.</exception>
    public static CaptureReport OfTree(string file, ReadOnlyMemory<byte> bytes, TreeOptions options, StatedMemory otherwise, out bool isAssumed)
    {
        ArgumentNullException.ThrowIfNull(options);
        var facts = options.Facts(bytes);
        isAssumed = facts.LacksMemory && options.Memory.IsEmpty;
        return TreeBoard.Capture(facts, file, options.Name, isAssumed ? [otherwise] : options.Memory);
    }

    /// <summary>What Linux takes from a flattened device tree for DMA.</summary>
    /// <param name="bytes">The tree; bytes after it are ignored.</param>
    /// <param name="options">Which kernel reads it.</param>
    /// <exception cref="DeviceTreeException">It is no sound tree, or the kernel would not come back from it.</exception>
    public static JsonObject FactsOf(ReadOnlyMemory<byte> bytes, TreeOptions options) => FactsJson.Of(options.Facts(bytes));

    /// <summary>Writes a board file of the device tree in a copied tree of files, where there is nothing else of the machine.</summary>
    /// <param name="tree">The machine: <c>/sys/firmware/fdt</c>, or <c>/proc/device-tree</c> as a folder.</param>
    /// <param name="options">What the tree does not say.</param>
    /// <returns>Null when there is no device tree, or when the machine's devices are there too.</returns>
    /// <exception cref="DeviceTreeException">It is no sound tree, the kernel would not come back from it, or it lacks memory.</exception>
    public static CaptureReport? OfTreeIn(MachineTree tree, TreeOptions options) =>
        !tree.Has("/sys/bus") && TreeFolder.Read(tree) is { } found ? TreeBoard.Capture(options.Facts(found), tree.Root, options.Name, options.Memory) : null;

    private static string? ArchitectureOf(MachineTree tree)
    {
        if (tree.TextIfAny("/proc/sys/kernel/arch") is { } architecture)
        {
            return architecture;
        }

        var told = KernelText.ArchitectureOf(tree.TextIfAny("/proc/cpuinfo") ?? string.Empty);
        if (told is null)
        {
            tree.Miss("/proc/sys/kernel/arch", "there is no such file, and /proc/cpuinfo does not give the architecture");
        }

        return told;
    }

    private static IEnumerable<string> UserspaceNames(MachineTree tree)
    {
        string[] heaps = [.. tree.Names("/dev/dma_heap").Union(tree.Names("/sys/class/dma_heap")).Order(StringComparer.Ordinal)];
        yield return heaps.Length == 0 ? "dma-heaps: none." : $"dma-heaps: {string.Join(", ", heaps)}.";
    }

    private static IEnumerable<string> Comments(string root, ImmutableArray<UnreadPath> unread, ImmutableArray<string> left) =>
    [
        $"Written by {ThisProgram} from {(root == MachineTree.Here ? "the machine it ran on" : "a copied tree")}.",
        "What could not be read, and is left out or unset below:",
        .. unread.Select(missed => $"  {missed.Path}: {missed.Reason}"),
        .. unread.IsEmpty ? (string[])["  nothing"] : [],
        "What is known but cannot be expressed in the format:",
        .. left.Select(remark => $"  {remark}"),
        "What no kernel shows: whether importers take only one contiguous range, need struct pages, are trusted or accept peers' memory;",
        "and which pages the kernel itself holds: all memory counts as free.",
    ];

    private static string Text(
        string board,
        string title,
        CapturedMemory memory,
        IReadOnlyList<CapturedDevice> devices,
        List<CapturedGroup> groups,
        IEnumerable<string> comments)
    {
        var text = new YamlText();
        foreach (var comment in comments)
        {
            text.Comment(HarmlessText.Of(comment));
        }

        text.Map().Pair("name", board).Word("title").Quoted(Line(title, BoardDefinition.TitleLengthMax));
        if (memory.BoardPageBytes != Page.SizeBytes)
        {
            text.Pair("page_size", Sizes.Exact(memory.BoardPageBytes));
        }

        if (memory.PageBlockBytes is { } block)
        {
            text.Comment("The kernel has created the contiguous areas below, so its page blocks are no longer than that.");
            text.Pair("page_block", Sizes.Exact(block));
        }

        text.Word("memory").List();
        foreach (var region in memory.Regions)
        {
            text.Map().Pair("name", region.Name).Pair("kind", region.Kind).Pair("start", Address(region.Start)).Pair("size", Sizes.Exact(region.SizeBytes))
                .Word("source").Quoted(Line(region.Source)).End();
        }

        text.End();
        if (groups.Count > 0)
        {
            text.Word("iommus").List();
            groups.ForEach(group => Write(text, group));
            text.End();
        }

        text.Word("devices").List();
        foreach (var device in devices)
        {
            Write(text, device, groups.FirstOrDefault(group => group.Group == device.Group)?.Name);
        }

        return text.ToString();
    }

    private static void Write(YamlText text, CapturedGroup group)
    {
        text.Map().Pair("name", group.Name).Pair("first", Address(group.First)).Pair("last", Address(group.Last))
            .Pair("granule", string.Create(CultureInfo.InvariantCulture, $"{group.Granule}")).Pair("reuse", group.IsLazy ? "lazy" : "strict");
        if (group.Reserved.Count > 0)
        {
            text.Word("reserved").List();
            foreach (var (first, last) in group.Reserved)
            {
                text.Map(inLine: true).Pair("start", Address(first)).Pair("size", Address(Math.Max(1, unchecked(last - first + 1)))).End();
            }

            text.End();
        }

        text.Word("source").Quoted(Line(group.Source)).End();
    }

    private static void Write(YamlText text, CapturedDevice device, string? mmu)
    {
        var offers = device.Interfaces.Count == 0 ? string.Empty : $": {string.Join(", ", device.Interfaces)}";
        text.Map().Pair("name", device.Name).Word("driver").Quoted(Line(device.Driver))
            .Word("description").Quoted(Line($"{device.Bus} {device.KernelName}{offers}"));
        foreach (var fact in device.Facts)
        {
            text.Comment(HarmlessText.Of(fact));
        }

        (string Key, string? Value, string? Source)[] values =
        [
            ("max_segment_size", device.Limits.MaxSegmentSize?.Value.ToString(CultureInfo.InvariantCulture), device.Limits.MaxSegmentSize?.Source),
            ("max_segment_count", device.Limits.MaxSegments?.Value.ToString(CultureInfo.InvariantCulture), device.Limits.MaxSegments?.Source),
            ("segment_boundary_mask", device.Limits.BoundaryMask is { } boundary ? Address(boundary.Value) : null, device.Limits.BoundaryMask?.Source),
            ("virt_boundary_mask", device.Limits.VirtBoundaryMask is { } meets ? Address(meets.Value) : null, device.Limits.VirtBoundaryMask?.Source),
            ("dma_mask", device.DmaMask is { } mask ? Address(mask.Mask) : null, device.DmaMask?.Source),
            ("coherent", device.Coherent is { } coherent ? coherent.Snoops ? "true" : "false" : null, device.Coherent?.Source),
            ("pci", device.Bus == "pci" && mmu is not null ? "true" : null, "drivers/iommu/dma-iommu.c, iommu_dma_alloc_iova"),
            ("iommu", mmu, mmu is null ? null : $"{device.Path}/iommu_group"),
        ];
        var known = values.Where(value => value.Value is not null).ToList();
        if (device.Known is { } driver)
        {
            if (device.KnownBy is { } by)
            {
                text.Comment(HarmlessText.Of($"{driver.Name} of the catalogue, told by {by}: its driver is built in, and the catalogue does not know the name {device.Driver}"));
            }

            foreach (var limit in driver.LimitsOf(device.Compatible).Where(limit => known.TrueForAll(shown => shown.Key != limit.Key)))
            {
                known.Add((limit.Key, limit.Value, $"{limit.At} of Linux {driver.Kernel}, from the catalogue"));
            }

            if (!driver.Exports)
            {
                known.Add(("never_exports", "true", "the catalogue of this program"));
            }

            foreach (var note in driver.NotesOf(device.Compatible))
            {
                text.Comment($"{driver.Name}: {note}");
            }
        }

        known.ForEach(value => text.Pair(value.Key, value.Value!));
        if (known.Count > 0)
        {
            text.Word("sources").Map();
            known.ForEach(value => text.Word(value.Key).Quoted(Line(value.Source!)));
            text.End();
        }

        text.End();
    }

    /// <summary>A text as one line, cut to the length that files allow.</summary>
    private static string Line(string text, int lengthMax = NodeValues.LineMax) => HarmlessText.Cut(HarmlessText.Of(text), lengthMax - 1);

    private static string Address(ulong address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:x}");
}

/// <summary>The result of capturing a machine.</summary>
/// <param name="Root">The folder that stood for <c>/</c>.</param>
/// <param name="Board">The board's name; null without a board, which needs memory and a device.</param>
/// <param name="Kernel">The kernel's version, or null.</param>
/// <param name="Architecture">As the kernel calls it, or null.</param>
/// <param name="Regions">The number of memory regions found.</param>
/// <param name="Devices">The number of devices found.</param>
public sealed record CaptureReport(
    string Root, string? Board, string? Kernel, string? Architecture, int Regions, int Devices)
{
    /// <summary>The number of MMUs found.</summary>
    public required int Iommus { get; init; }

    /// <summary>What its devices are (gpu, display, codec, …), by their names on the board, as far as the catalogue knows; of a device tree those with registers.</summary>
    public ImmutableSortedDictionary<string, string> Classes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What could not be read.</summary>
    public required ImmutableArray<UnreadPath> Unread { get; init; }

    /// <summary>What is known but cannot be expressed in the file.</summary>
    public required ImmutableArray<string> LeftOut { get; init; }

    /// <summary>The board file; null when there is no board.</summary>
    public required string? Text { get; init; }
}
