using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DmaGrains.Kernel.Catalogue;
using DmaGrains.Kernel.Capturing;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>Writes the board file of a device tree. What the tree does not tell is reported, never guessed.</summary>
internal sealed class TreeBoard
{
    /// <summary>The requester id of the first card behind the root port of a PCI Express host: device 0 of bus 1.</summary>
    private const uint FirstCard = 0x100;

    private const string Last = "last";
    private const string GranuleKey = "granule";
    private const string OwnArea = "own_area";

    /// <summary>The most streams of a device, and the cells of one that are written: boards take no more, and trees have fewer.</summary>
    private const int StreamsMax = 64;
    private const int StreamCellsMax = 4;

    private readonly TreeFacts _facts;
    private readonly TreeLayout _layout;
    private readonly List<TreeDevice> _devices;
    private readonly Dictionary<TreeNode, string> _iommus = [];
    private readonly Dictionary<TreeDevice, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TreeNode, string> _buses = [];
    private readonly List<string> _remarks = [];
    private readonly HashSet<TreeDevice> _beyond = new(ReferenceEqualityComparer.Instance);

    private TreeBoard(TreeFacts facts, IReadOnlyList<StatedMemory> memory)
    {
        _facts = facts;
        _layout = new(facts, memory);
        _devices = [.. facts.Devices.Concat(facts.Known).Where(device => !device.Node.Has(TreeProperty.IommuCells)).SelectMany(PartsOf)];
        _remarks.AddRange(_layout.Remarks);
        Name();
        NameIommus();
        NameBuses();
    }

    /// <summary>Captures a tree.</summary>
    /// <param name="facts">Its facts.</param>
    /// <param name="file">The file that it was read from.</param>
    /// <param name="name">The board's name; null for the tree's own.</param>
    /// <param name="memory">Memory in place of the tree's; empty to take what the tree states.</param>
    /// <exception cref="DeviceTreeException">The tree leaves memory to the boot loader, and none is given.</exception>
    public static CaptureReport Capture(TreeFacts facts, string file, string? name, IReadOnlyList<StatedMemory> memory)
    {
        var tree = new TreeBoard(facts, memory);
        var board = name ?? KernelName.ToModel((facts.Tree.Root.Compatible is [var first, ..] ? first : facts.Model ?? "captured").Replace(',', '-'));
        var canBe = tree._layout.Regions.Count > 0 && tree._devices.Count > 0;
        ImmutableArray<string> left = [.. tree._remarks.Select(HarmlessText.Of)];
        var text = canBe ? tree.Text(board, left) : null;
        if (text?.Length > FileText.LengthMax)
        {
            throw new DeviceTreeException(facts.Tree.Root.Offset, $"the board file of {tree._devices.Count} devices has {text.Length} characters; expected at most {FileText.LengthMax}");
        }

        return new(file, canBe ? board : null, null, facts.Architecture.Word(), tree._layout.Regions.Count, tree._devices.Count)
        {
            Iommus = tree._iommus.Count,
            Classes = tree.Classes(),
            Unread = [],
            LeftOut = left,
            Text = text,
        };
    }

    private ImmutableSortedDictionary<string, string> Classes()
    {
        var classes = ImmutableSortedDictionary.CreateBuilder<string, string>();
        foreach (var device in _devices.Where(device => device.Node.Has(TreeProperty.Reg)))
        {
            if (KnownCompatible.Of(device.Node.Compatible) is { } driver)
            {
                classes.Add(_names[device], driver.Class);
            }
        }

        return classes.ToImmutable();
    }

    /// <summary>A device; of a PCI host the cards behind it, and itself apart from them where it says something of itself.</summary>
    private static IEnumerable<TreeDevice> PartsOf(TreeDevice device) => device.WindowsBelow is null ? [device]
        : device.Iommus is null && device.Regions.All(named => named.Region == device.RestrictedPool) && !device.Reasons.Contains("dmas") ? [device with { Regions = [] }]
        : [device with { Regions = [] }, device with { WindowsBelow = null, IommuMap = null, RestrictedPool = null }];

    private void Name()
    {
        if (_devices.Count == 0)
        {
            _devices.AddRange(_facts.BusOnly.Concat(_facts.Perhaps));
            _remarks.Add("Devices: nothing in the tree is known to do DMA. All devices with registers are listed; some or all do none.");
        }
        else if (_facts.BusOnly.Length > 0)
        {
            _remarks.Add($"Devices: {_facts.BusOnly.Length} left out, below a bus with windows and of no known driver: registers, hardly masters.");
        }

        if (_devices.Count > BoardDefinition.DevicesMax)
        {
            _remarks.Add($"Devices: {_devices.Count - BoardDefinition.DevicesMax} more are left out.");
            _devices.RemoveRange(BoardDefinition.DevicesMax, _devices.Count - BoardDefinition.DevicesMax);
        }

        if (_facts.Iommus.Length > 0)
        {
            _remarks.Add($"Devices: {Counted.Of((ulong)_facts.Iommus.Length, "IOMMU")} left out: they import no buffers.");
        }

        if (_facts.DisabledCandidates > 0)
        {
            _remarks.Add($"Devices: {_facts.DisabledCandidates} left out, disabled.");
        }

        var taken = new HashSet<string>();
        foreach (var device in _devices)
        {
            _names.Add(device, Unique(device.IsHostItself ? $"{device.Node.Name}-host" : device.Node.Name, taken));
        }
    }

    private void NameBuses()
    {
        var taken = new HashSet<string>();
        foreach (var windows in _devices.Select(WindowsOf).Where(windows => windows.Applies).DistinctBy(windows => windows.From))
        {
            if (_buses.Count == BoardDefinition.StagesMax)
            {
                _remarks.Add("Windows: more buses with windows than a board can have; devices on the others see the CPU's addresses here.");
                return;
            }

            if (OfBoard(windows).Check(windows.From!.Path) is { } refusal || windows.Windows.IsEmpty)
            {
                _remarks.Add($"Windows of {windows.From!.Path}: not expressible, so its devices see the CPU's addresses here: {(windows.Windows.IsEmpty ? "a window of no bytes comes first, so no address translates" : OfBoard(windows).Check(windows.From!.Path)!.Reason)}");
                continue;
            }

            _buses.Add(windows.From!, Unique(windows.From!.Parent is null ? "root" : windows.From!.Name, taken));
        }
    }

    private void NameIommus()
    {
        var taken = new HashSet<string>();
        var translated = 0;
        foreach (var device in _devices)
        {
            var entries = EntriesOf(device).ToList();
            if (entries.Count == 0)
            {
                continue;
            }

            if (++translated > BoardDefinition.StagesMax)
            {
                _beyond.Add(device);
                continue;
            }

            foreach (var entry in entries.Where(entry => !_iommus.ContainsKey(entry.Iommu)))
            {
                _iommus.Add(entry.Iommu, Unique(entry.Iommu.Name, taken));
            }
        }

        foreach (var unknown in _iommus.Keys.Where(iommu => iommu.IsEnabled && UnknownOf(iommu).Any()))
        {
            var driver = IommuDriverOf(unknown);
            _remarks.Add($"IOMMU {_iommus[unknown]}: {string.Join(", ", UnknownOf(unknown))}{(driver is null ? string.Empty : string.Concat(driver.NotesOf(unknown.Compatible).Select(note => $"; {driver.Name}: {note}")))}.");
        }

        if (_beyond.Count > 0)
        {
            _remarks.Add($"IOMMUs: {_beyond.Count} devices more than a board can have address spaces for; they are not behind an IOMMU here.");
        }
    }

    /// <summary>The IOMMUs of a device with its streams. Which cards a PCI host has is not in the tree: they are one here, the first behind the root port.</summary>
    private IEnumerable<KnownStream> EntriesOf(TreeDevice device)
    {
        if (_beyond.Contains(device))
        {
            return [];
        }

        if (device.WindowsBelow is not null)
        {
            return Entry(device.IommuOf(FirstCard) ?? device.IommuOf(0));
        }

        if (device.PciHost is { } host)
        {
            return _facts.Devices.FirstOrDefault(known => known.Node == host) is { } above && device.Node.Cell(TreeProperty.Reg) is { } address
                ? Entry(above.IommuOf((address >> 8) & ushort.MaxValue)) : [];
        }

        return device.IommuEntries.Select(entry => new KnownStream(entry.Target!, StreamOf(entry.Cells))).Take(StreamsMax);
    }

    private static IEnumerable<KnownStream> Entry((TreeNode Iommu, uint Stream)? found) =>
        found is { } known ? [new(known.Iommu, StreamOf([known.Stream]))] : [];

    private static string StreamOf(ReadOnlySpan<uint> cells)
    {
        var stream = new StringBuilder();
        foreach (var cell in cells[..Math.Min(cells.Length, StreamCellsMax)])
        {
            stream.Append(CultureInfo.InvariantCulture, $"{(stream.Length == 0 ? string.Empty : " ")}0x{cell:x}");
        }

        return stream.ToString();
    }

    private static DmaWindows OfBoard(TreeWindows windows)
    {
        var found = new DmaWindow[windows.Windows.Length];
        for (var index = 0; index < found.Length; index++)
        {
            found[index] = new(windows.Windows[index].Cpu!.Value, windows.Windows[index].Bus, windows.Windows[index].SizeBytes);
        }

        return new(found);
    }

    /// <summary>The windows of the device that the board has: for a PCI host, those of what is below it.</summary>
    private static TreeWindows WindowsOf(TreeDevice device) => device.WindowsBelow ?? device.Borrowed?.Windows ?? device.Windows;

    private static string Unique(string name, HashSet<string> taken)
    {
        var unique = UniqueName.Of(KernelName.ToModel(name), taken);
        taken.Add(unique);
        return unique;
    }

    private string Text(string board, ImmutableArray<string> left)
    {
        var text = new YamlText();
        string[] comments =
        [
            $"Written by dmagrains capture from a device tree, as a kernel for {_facts.Architecture.Word()} with pages of 4 KiB reads it.",
            "Limits of drivers are not in the tree: they are those of the catalogue of this program.",
            "What is known but not in the format, or assumed:",
            .. left.Select(remark => $"  {remark}"),
            "What no tree tells: limits of drivers that the catalogue does not have, whether there is a bounce pool, which cards are in PCI slots,",
            "what the kernel itself holds, and which IOMMUs a driver manages by itself.",
        ];
        foreach (var comment in comments)
        {
            text.Comment(HarmlessText.Of(comment));
        }

        text.Map().Pair("name", board).Word("title").Quoted(Line($"{_facts.Model ?? "A board of unknown model"}, from its device tree", BoardDefinition.TitleLengthMax));
        text.Word("memory").List();
        foreach (var region in _layout.Regions.Where(region => region.Kind != "bounce" || UsersOf(region.Name).Count > 0))
        {
            text.Map().Pair("name", region.Name).Pair("kind", region.Kind).Pair("start", Address(region.Start)).Pair("size", Sizes.Exact(region.SizeBytes));
            if (UsersOf(region.Name) is { Count: > 0 } users)
            {
                text.Word("users").List(inLine: true);
                users.ForEach(user => text.Quoted(user));
                text.End();
            }

            text.Word("source").Quoted(Line(region.Source)).End();
        }

        text.End();
        WriteIommus(text);
        WriteBuses(text);
        text.Word("devices").List();
        _devices.ForEach(device => Write(text, device));
        return text.ToString();
    }

    /// <summary>The devices that name a region of reserved memory; none for the area for everybody, and for other memory.</summary>
    private List<string> UsersOf(string region) => _layout.NamesOf.Keys.FirstOrDefault(node => _layout.NamesOf[node] == region) is { } node && node != _facts.DefaultArea?.Node
        ? [.. _devices.Where(device => device.RestrictedPool == node || (device.Regions.Any(named => named.Region == node) && !_layout.IsPool(node) && (TakenBy(device) ?? node) == node))
            .Select(device => _names[device])]
        : [];

    /// <summary>The areas of the board that are a device's own.</summary>
    private IEnumerable<TreeNode> OwnOf(TreeDevice device) =>
        device.Regions.Select(named => named.Region).OfType<TreeNode>().Where(node => node != _facts.DefaultArea?.Node && _layout.NamesOf.ContainsKey(node) && !_layout.IsPool(node));

    /// <summary>The area that the driver of a device takes by itself: the first that the device names, if the driver asks; null when none is known.</summary>
    /// <remarks>Source: include/linux/of_reserved_mem.h, of_reserved_mem_device_init. Memory that is not a pool is refused (drivers/of/of_reserved_mem.c).</remarks>
    private TreeNode? TakenBy(TreeDevice device) =>
        LimitsOf(device)?.LimitsOf(device.Node.Compatible).Any(limit => limit.Key == OwnArea) == true && device.Regions is [{ Region: { } first }, ..]
        && OwnOf(device).Contains(first) && _facts.Reserved.Any(region => region.Node == first && region.Kind is ReservedKind.Cma or ReservedKind.Coherent)
            ? first : null;

    private static CatalogueDriver? LimitsOf(TreeDevice device) =>
        device.WindowsBelow is null && DriverCatalogue.OfCompatible(device.Node.Compatible) is { IsOfIommus: false } known ? known : null;

    private void WriteIommus(YamlText text)
    {
        if (_iommus.Count == 0)
        {
            return;
        }

        text.Word("iommus").List();
        foreach (var (iommu, name) in _iommus)
        {
            var driver = IommuDriverOf(iommu);
            var limits = driver?.LimitsOf(iommu.Compatible) ?? [];
            text.Map().Pair("name", name).Pair("first", "0x0").Pair("last", limits.FirstOrDefault(limit => limit.Key == Last)?.Value ?? Address(ulong.MaxValue));
            foreach (var limit in limits.Where(limit => limit.Key != Last))
            {
                text.Pair(limit.Key, limit.Value);
            }

            if (!iommu.IsEnabled)
            {
                text.Pair("enabled", "false");
            }

            string[] sources = [.. limits.Select(limit => $"{limit.Key}: {limit.At} of Linux {driver!.Kernel}, from the catalogue"), .. UnknownOf(iommu)];
            text.Word("source").Quoted(Line($"{iommu.Path} ({string.Join(", ", iommu.Compatible)}); {string.Join("; ", sources)}")).End();
        }

        text.End();
    }

    private static CatalogueDriver? IommuDriverOf(TreeNode iommu) => DriverCatalogue.OfCompatible(iommu.Compatible) is { IsOfIommus: true } driver ? driver : null;

    /// <summary>What is not known of an IOMMU: no tree has it, and the catalogue has it only where no register decides.</summary>
    private static IEnumerable<string> UnknownOf(TreeNode iommu)
    {
        var known = IommuDriverOf(iommu)?.LimitsOf(iommu.Compatible) ?? [];
        if (known.All(limit => limit.Key != Last))
        {
            yield return "unknown: up to which address it translates";
        }

        if (known.All(limit => limit.Key != GranuleKey))
        {
            yield return "unknown: its smallest piece, 4 KiB here";
        }
    }

    private void WriteBuses(YamlText text)
    {
        if (_buses.Count == 0)
        {
            return;
        }

        text.Word("buses").List();
        foreach (var windows in _devices.Select(WindowsOf).DistinctBy(windows => windows.From).Where(windows => windows.From is { } from && _buses.ContainsKey(from)))
        {
            text.Map().Pair("name", _buses[windows.From!]).Word("windows").List();
            foreach (var window in windows.Windows)
            {
                text.Map(inLine: true).Pair("cpu", Address(window.Cpu!.Value)).Pair("bus", Address(window.Bus)).Pair("size", Address(window.SizeBytes)).End();
            }

            text.End().Word("source").Quoted(Line($"dma-ranges of {windows.From!.Path}")).End();
        }

        text.End();
    }

    private void Write(YamlText text, TreeDevice device)
    {
        var driver = KnownCompatible.Of(device.Node.Compatible);
        var limits = LimitsOf(device);
        var windows = WindowsOf(device);
        string[] iommus = [.. EntriesOf(device).Select(entry => entry.Iommu).Distinct().Select(iommu => _iommus[iommu])];
        string[] streams = [.. EntriesOf(device).Select(entry => entry.Stream).Where(stream => stream.Length != 0).Distinct()];
        text.Map().Pair("name", _names[device])
            .Word("driver").Quoted(Line(new[] { driver?.Module, driver?.Source }.Concat(device.Node.Compatible).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text)) ?? "unknown"))
            .Word("description").Quoted(Line(DescriptionOf(device, driver)));
        foreach (var remark in RemarksOf(device, limits))
        {
            text.Comment(HarmlessText.Of(remark));
        }

        var values = (limits?.LimitsOf(device.Node.Compatible) ?? []).Where(limit => limit.Key != OwnArea || TakenBy(device) is not null)
            .Select(limit => new SourcedValue(limit.Key, limit.Value, $"{limit.At} of Linux {limits!.Kernel}, from the catalogue")).ToList();
        if (limits is { Exports: false })
        {
            values.Add(new("never_exports", "true", "the catalogue of this program"));
        }

        if (OwnOf(device).Any() && TakenBy(device) is null)
        {
            values.Add(new(OwnArea, "false", limits is null
                ? "unknown: whether its driver asks for it (drivers/of/of_reserved_mem.c)"
                : "The catalogue does not say that its driver asks for it (drivers/of/of_reserved_mem.c)"));
        }

        values.Add(_facts.IsAllCoherent
            ? new("coherent", "true", "arch/arm/mach-mvebu/coherency.c: with several processors every platform device of this chip is coherent, whatever its tree says")
            : new("coherent", (device.WindowsBelow is null ? device.IsCoherent : device.IsCoherentBelow) ? "true" : "false", "dma-coherent and dma-noncoherent of the device and above it"));
        if (device.PciHost is not null || device.WindowsBelow is not null)
        {
            values.Add(new("pci", "true", "It is below a PCI host"));
        }

        if (device.IsOnMbus)
        {
            text.Word("windows").List().Map(inLine: true).Pair("cpu", Address(SunxiMbus.Start(_facts.Tree.Root))).Pair("bus", "0x0")
                .Pair("size", Address(SunxiMbus.SizeBytes)).End().End();
        }
        else if (windows.From is { } from && windows.Applies && _buses.TryGetValue(from, out var bus))
        {
            text.Pair("bus", bus);
        }

        values.ForEach(value => text.Pair(value.Key, value.Value));
        if (iommus.Length > 0)
        {
            _ = iommus.Length == 1 ? text.Pair("iommu", iommus[0]) : text.Pair("iommu", iommus);
            values.Add(new("iommu", string.Empty, $"{(device.WindowsBelow is null ? "iommus" : "iommu-map")} of {device.Node.Path}"));
        }

        if (streams.Length > 0)
        {
            text.Word("streams").List(inLine: true);
            Array.ForEach(streams, stream => text.Quoted(stream));
            text.End();
        }

        text.Word("sources").Map();
        values.ForEach(value => text.Word(value.Key).Quoted(Line(value.Source)));
        text.End().End();
    }

    private static string DescriptionOf(TreeDevice device, KnownCompatible? driver) =>
        (device.WindowsBelow is null ? string.Empty : "Cards behind the PCI host ") + device.Node.Path
        + $" ({string.Join(", ", device.Node.Compatible)})" + (driver is null ? string.Empty : $", {driver.Class}");

    private IEnumerable<string> RemarksOf(TreeDevice device, CatalogueDriver? limits)
    {
        if (device.WindowsBelow is not null)
        {
            yield return "unknown: which cards it has, and so their limits";
        }
        else if (limits is null)
        {
            yield return "unknown: its driver is not in the catalogue";
        }

        foreach (var note in limits?.NotesOf(device.Node.Compatible) ?? [])
        {
            yield return $"{limits!.Name}: {note}";
        }

        if (device.WindowsBelow is not null && device.IommuMap is { Length: > 1 } map)
        {
            yield return $"unknown: streams of further cards: its iommu-map has {map.Length} entries, of which this is the first card behind the root port";
        }

        if (device.Kind == TreeDeviceKind.ByDriver)
        {
            yield return "The driver of a node above it makes this device";
        }

        if (device.LostAt is { } lost)
        {
            yield return $"Windows further up do not hold for it: the kernel stops looking at {lost.Path}, which has no dma-ranges";
        }

        if (device.Borrowed is { } borrowed)
        {
            yield return $"Its driver takes the windows of {borrowed.Node.Path} (drivers/gpu/drm/vc4/vc4_drv.c)";
        }

        if (device.DmaParent is { } parent)
        {
            yield return $"Its memory accesses go through {parent.Path} (interconnect dma-mem)";
        }

        if (device.IommuEntries.Any() && !device.IsTranslated)
        {
            yield return "It names IOMMUs, one of which is disabled, so that it is not translated at all";
        }

        foreach (var (region, name) in device.Regions)
        {
            yield return $"memory-region{(name is null ? string.Empty : $" {name}")}: {(region is null ? "names no node" : _layout.NamesOf.GetValueOrDefault(region) ?? region.Path)}";
        }

        if (device.RestrictedPool is { } pool)
        {
            yield return EntriesOf(device).Any() ? $"{pool.Path}, a bounce pool for it alone, is not used where it is translated"
                : _layout.NamesOf.ContainsKey(pool) ? $"Everything is copied for it through {pool.Path}, by a kernel with CONFIG_DMA_RESTRICTED_POOL, which Debian's is not"
                : $"{pool.Path}, a bounce pool for it alone, is not on the board: nothing is copied for it here";
        }
    }

    /// <summary>A stream by which an IOMMU knows a device.</summary>
    private sealed record KnownStream(TreeNode Iommu, string Stream);

    /// <summary>A value of a device, as the file spells it, and where it comes from.</summary>
    private sealed record SourcedValue(string Key, string Value, string Source);

    /// <summary>A text as one line, cut to the length that files allow.</summary>
    private static string Line(string text, int lengthMax = NodeValues.LineMax) => HarmlessText.Cut(HarmlessText.Of(text), lengthMax - 1);

    private static string Address(ulong address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:x}");
}
