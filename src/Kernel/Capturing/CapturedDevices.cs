using System.Text.RegularExpressions;
using DmaGrains.Kernel.Catalogue;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Constraints;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Capturing;

/// <summary>Finds the devices of a machine that do DMA, from its /sys.</summary>
internal sealed partial class CapturedDevices
{
    private const string Queue = "queue";
    private const string BoundaryFile = "/sys/block/*/queue/seg_boundary_mask";
    private const string BridgeClass = "0x06";

    /// <summary>Buses whose devices do DMA.</summary>
    private static readonly string[] _buses = ["pci", "virtio", "platform", "amba", "host1x", "fsl-mc", "ccw", "vmbus", "vio", "xen"];
    private static readonly string[] _classes =
        ["block", "drm", "accel", "video4linux", "media", "net", "nvme", "sound", "dma", "mmc_host", "scsi_host", "infiniband", "usb_host"];

    /// <summary>Buses of the kernel that hold no further devices, only its own bookkeeping.</summary>
    private static readonly string[] _noDevices =
    [
        "acpi", "clockevents", "clocksource", "container", "cpu", "edac", "event_source", "machinecheck", "memory", "memory_tiering", "node",
        "workqueue",
    ];

    /// <summary>Drivers that do no DMA with a device: they hand it to a program or a guest.</summary>
    private static readonly string[] _handedOn = ["vfio-pci", "pci-stub", "pciback", "uio_pci_generic", "vfio-platform"];

    private readonly MachineTree _tree;
    private readonly string? _architecture;
    private readonly SortedDictionary<string, (string Bus, string Name)> _paths = new(StringComparer.Ordinal);

    /// <summary>Reads the devices of a machine.</summary>
    /// <param name="tree">The machine.</param>
    /// <param name="architecture">Its architecture; null when unknown.</param>
    public CapturedDevices(MachineTree tree, string? architecture)
    {
        _tree = tree;
        _architecture = architecture;
        All = Read();
        MissTogether();
    }

    /// <summary>The devices, by bus and name.</summary>
    public IReadOnlyList<CapturedDevice> All { get; }

    /// <summary>Which devices were left out, and why.</summary>
    public List<string> Remarks { get; } = [];

    private List<CapturedDevice> Read()
    {
        foreach (var bus in _buses)
        {
            foreach (var name in _tree.Names($"/sys/bus/{bus}/devices"))
            {
                if (_tree.Resolve($"/sys/bus/{bus}/devices/{name}") is { } path)
                {
                    _paths.TryAdd(path, (bus, name));
                }
            }
        }

        var interfaces = ReadInterfaces();
        var devices = new List<CapturedDevice>();
        var names = new HashSet<string>();
        foreach (var (path, (bus, name)) in _paths.OrderBy(known => Array.IndexOf(_buses, known.Value.Bus)).ThenBy(known => known.Value.Name, StringComparer.Ordinal))
        {
            List<string> offered = interfaces.GetValueOrDefault(path) ?? [];
            if (_tree.LinkName($"{path}/driver") is not { } driver || LeaveOut(path, bus, offered.Count) is not null)
            {
                continue;
            }

            var unique = UniqueName.Of(KernelName.ToModel(name), names);
            names.Add(unique);
            string[] compatible = _tree.TextIfAny($"{path}/of_node/compatible")?.Split('\0') ?? [];
            var (known, by) = KnownOf(path, bus, driver, compatible);
            devices.Add(Read(new(unique, name, bus, path, driver)
            {
                Interfaces = offered,
                Facts = [],
                Limits = new(null, null, null, null),
                Known = known is { IsOfIommus: false } ? known : null,
                KnownBy = by,
                Compatible = compatible,
            }));
        }

        CountLeftOut(interfaces);
        if (devices.Count > BoardDefinition.DevicesMax)
        {
            Remarks.Add($"Devices: {devices.Count - BoardDefinition.DevicesMax} more are left out.");
        }

        return [.. devices.Take(BoardDefinition.DevicesMax)];
    }

    /// <summary>
    /// What the catalogue knows of a device's driver: by the module, else by the driver's name. Of a driver that is built in and has a name that the catalogue does not know,
    /// by what it drives, unless it only hands its device on; with what told it. Another module is another driver, whatever it drives.
    /// </summary>
    private (CatalogueDriver? Known, string? By) KnownOf(string path, string bus, string driver, string[] compatible)
    {
        var module = _tree.LinkName($"{path}/driver/module");
        return DriverCatalogue.OfModule(module ?? driver) is { } named ? (named, null)
            : module is not null || _handedOn.Contains(driver) ? (null, null)
            : DriverCatalogue.OfCompatible(compatible) is { } ofString ? (ofString, $"compatible {string.Join(", ", compatible)}")
            : bus == "pci" && HexOf($"{path}/vendor") is { } vendor && HexOf($"{path}/device") is { } device && HexOf($"{path}/class") is { } @class
                && DriverCatalogue.OfPci(vendor, device, @class) is { } ofPci ? (ofPci, $"PCI {vendor}:{device} class {@class}")
            : bus == "virtio" && _tree.TextIfAny($"{path}/device") is { } text && KernelText.Hex(text) is { } virtio and <= byte.MaxValue
                && DriverCatalogue.OfVirtio((int)virtio) is { } ofVirtio ? (ofVirtio, $"virtio {virtio}")
            : (null, null);
    }

    /// <summary>The digits of a file that has a hexadecimal number; null without one.</summary>
    private string? HexOf(string file) => _tree.TextIfAny(file) is { } text && text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : null;

    /// <summary>Names of class entries by the device to which they belong: the nearest one above.</summary>
    private Dictionary<string, List<string>> ReadInterfaces()
    {
        var interfaces = new Dictionary<string, List<string>>();
        foreach (var kind in _classes)
        {
            var folder = kind == "block" ? "/sys/block" : $"/sys/class/{kind}";
            foreach (var name in _tree.Names(folder))
            {
                if (_tree.Resolve($"{folder}/{name}") is { } path && OwnerOf(path) is { } owner)
                {
                    (interfaces.TryGetValue(owner, out var known) ? known : interfaces[owner] = []).Add($"{kind} {name}");
                }
            }
        }

        return interfaces;
    }

    private string? OwnerOf(string path)
    {
        for (var at = path.LastIndexOf('/'); at > 0; at = path.LastIndexOf('/', at - 1))
        {
            if (_paths.ContainsKey(path[..at]))
            {
                return path[..at];
            }
        }

        return null;
    }

    /// <summary>Why a device is not an importer; null when it may be one.</summary>
    private string? LeaveOut(string path, string bus, int interfaces) => bus switch
    {
        "pci" when _tree.TextIfAny($"{path}/class")?.StartsWith(BridgeClass, StringComparison.Ordinal) == true => "PCI bridges",
        _ when _paths.Any(other => other.Value.Bus == "virtio" && other.Key.StartsWith($"{path}/", StringComparison.Ordinal)) =>
            "transports of virtio devices, which are listed themselves",
        "platform" or "amba" when interfaces == 0 && !HasGroup(path) => "platform devices without an interface and without an IOMMU group",
        _ => null,
    };

    private void CountLeftOut(Dictionary<string, List<string>> interfaces)
    {
        var reasons = _paths
            .Select(known => LeaveOut(known.Key, known.Value.Bus, interfaces.GetValueOrDefault(known.Key)?.Count ?? 0)
                ?? (_tree.LinkName($"{known.Key}/driver") is null ? "devices without a driver" : null))
            .OfType<string>();
        Remarks.AddRange(reasons.GroupBy(reason => reason).Select(group => $"Devices: {group.Count()} left out, {group.Key}."));
        var others = _tree.Names("/sys/bus").Except(_buses).Except(_noDevices)
            .Select(bus => (Bus: bus, _tree.Names($"/sys/bus/{bus}/devices").Count))
            .Where(other => other.Count > 0)
            .ToList();
        if (others.Count > 0)
        {
            Remarks.Add($"Devices: {others.Sum(other => other.Count)} left out, on buses that are not read: {string.Join(", ", others.Select(other => $"{other.Bus} {other.Count}"))}.");
        }
    }

    private bool HasGroup(string path) => _tree.LinkName($"{path}/iommu_group") is not null;

    private CapturedDevice Read(CapturedDevice device)
    {
        string?[] facts =
        [
            device.Bus == "pci" && _tree.TextIfAny($"{device.Path}/vendor") is { } vendor
                ? $"{vendor}:{_tree.TextIfAny($"{device.Path}/device")} class {_tree.TextIfAny($"{device.Path}/class")}"
                : null,
            NodeOf(device.Path) is { } node ? $"NUMA node {node}" : null,
            _tree.LinkName($"{device.Path}/iommu_group") is { } group ? $"IOMMU group {group}" : null,
        ];
        var queues = device.Interfaces.Where(name => name.StartsWith("block ", StringComparison.Ordinal)).Select(name => name["block ".Length..]).ToList();
        return device with
        {
            Facts = [.. facts.OfType<string>(), .. queues.SelectMany(QueueFacts)],
            Limits = new(
                Least(queues, "max_segment_size", uint.MaxValue),
                Least(queues, "max_segments", uint.MaxValue),
                BoundaryOf(queues),
                VirtBoundaryOf(queues)),
            DmaMask = MaskOf(device),
            Coherent = CoherenceOf(device),
            Group = _tree.LinkName($"{device.Path}/iommu_group"),
        };
    }

    private (ulong, string)? BoundaryOf(List<string> queues)
    {
        if (Least(queues, "seg_boundary_mask", ulong.MaxValue) is not { } mask || DmaConstraints.IsWholeMask(mask.Value))
        {
            return Least(queues, "seg_boundary_mask", ulong.MaxValue);
        }

        _tree.Miss(mask.Source, $"0x{mask.Value:x} is not a mask of low bits");
        return null;
    }

    /// <summary>The largest of several: each of such masks is within a larger one.</summary>
    private (ulong, string)? VirtBoundaryOf(List<string> queues) => queues
        .Select(queue => (Mask: _tree.NumberIfAny(VirtBoundaryFile(queue)) ?? 0, Source: VirtBoundaryFile(queue)))
        .Where(stated => IsVirtBoundary(stated.Mask))
        .Select(stated => ((ulong, string)?)stated)
        .Max();

    private static string VirtBoundaryFile(string queue) => $"/sys/block/{queue}/{Queue}/virt_boundary_mask";

    private static bool IsVirtBoundary(ulong mask) => mask > 0 && ListLimit.VirtBoundaryMask.Expecting(mask) is null;

    private string? NodeOf(string path) => Above(path)
        .Select(folder => _tree.TextIfAny($"{folder}/numa_node"))
        .FirstOrDefault(node => node is not null and not "-1");

    private (ulong Value, string Source)? Least(List<string> queues, string file, ulong max) => queues
        .Select(queue => (Value: NumberUpTo($"/sys/block/{queue}/{Queue}/{file}", max), Source: $"/sys/block/{queue}/{Queue}/{file}"))
        .Where(limit => limit.Value is not null)
        .Select(limit => ((ulong, string)?)(limit.Value!.Value, limit.Source))
        .Min();

    /// <summary>A number of 1 or more from a file that may be absent; 0 or too large a number is noted.</summary>
    private ulong? NumberUpTo(string file, ulong max)
    {
        var number = _tree.NumberIfAny(file);
        if (number is null || (number > 0 && number <= max))
        {
            return number;
        }

        _tree.Miss(file, $"{number} is outside 1 to {max}");
        return null;
    }

    /// <summary>Requirements of a queue that a board's device cannot express.</summary>
    private IEnumerable<string> QueueFacts(string queue) => ((string[])["virt_boundary_mask", "dma_alignment", "max_integrity_segments", "max_hw_sectors_kb"])
        .Select(file => (File: file, Value: _tree.NumberIfAny($"/sys/block/{queue}/{Queue}/{file}")))
        .Where(limit => limit.Value is { } value && !(limit.File == "virt_boundary_mask" && IsVirtBoundary(value)))
        .Select(limit => $"{queue}: {limit.File} {limit.Value}");

    /// <summary>The mask that a PCI device states; a virtio device has that of its transport.</summary>
    private (ulong, string)? MaskOf(CapturedDevice device)
    {
        var path = device.Bus == "virtio" ? OwnerOf(device.Path) : device.Path;
        var file = $"{path}/dma_mask_bits";
        return path is not null && NumberUpTo(file, 64) is { } bits
            ? (ulong.MaxValue >> (int)(64 - bits), $"{file}: {bits} bits")
            : null;
    }

    private (bool, string)? CoherenceOf(CapturedDevice device)
    {
        if (CacheSnooping.IsAlways(_architecture))
        {
            var name = KernelText.IsX86Architecture(_architecture) ? "x86" : _architecture;
            return (true, $"{name}, where every device is coherent (include/linux/dma-map-ops.h)");
        }

        // The nearest device-tree node above, and its parents up to the root, as the kernel asks.
        var node = Above(AskedFor(device)).Select(folder => $"{folder}/of_node").FirstOrDefault(_tree.Has);
        if (node is null || _tree.Resolve(node) is not { } start)
        {
            return null;
        }

        // The nearest node that states either, with dma-coherent before dma-noncoherent in the same node.
        var told = Above(start)
            .SelectMany(folder => ((string Property, bool Snoops)[])[($"{folder}/dma-coherent", true), ($"{folder}/dma-noncoherent", false)])
            .FirstOrDefault(told => _tree.Has(told.Property));
        return told.Property is not null ? (told.Snoops, told.Property)
            : CacheSnooping.IsDefault(_architecture) is { } snoops ? (snoops, $"{_architecture}, and neither dma-coherent nor dma-noncoherent in {start} or above")
            : null;
    }

    /// <summary>The device that the kernel asks: behind a PCI host bridge it is the bridge's parent.</summary>
    /// <remarks>Source: drivers/pci/pci-driver.c, pci_dma_configure.</remarks>
    private static string AskedFor(CapturedDevice device) => HostBridge().Match(device.Path) is { Success: true } bridge
        ? device.Path[..bridge.Index]
        : device.Path;

    [GeneratedRegex("/pci[0-9a-f]+:[0-9a-f]{2}(?=/)")]
    private static partial Regex HostBridge();

    /// <summary>A folder and all its parents, nearest first.</summary>
    private static IEnumerable<string> Above(string path)
    {
        for (var folder = path; folder.Length > 1; folder = folder[..Math.Max(1, folder.LastIndexOf('/'))])
        {
            yield return folder;
        }
    }

    /// <summary>Notes facts that are missing for the same devices together.</summary>
    private void MissTogether()
    {
        MissOf("dma_mask_bits", "no DMA mask shown, read as 32 bits", All.Where(device => device.DmaMask is null));
        MissOf("dma_parms", "no segment limits shown, because the kernel shows only those of block queues, and the catalogue does not have the driver's; left unset", All.Where(device => device.Limits is { MaxSegmentSize: null, MaxSegments: null } && device.Known is not { Limits.Length: > 0 }));
        MissOf("dma-coherent", "not shown whether it snoops, assumed not", All.Where(device => device.Coherent is null));
        if (All.Any(device => device.Limits is { MaxSegmentSize: not null, BoundaryMask: null }))
        {
            _tree.Miss(BoundaryFile, "there is no such file: segment boundaries of queues are not shown");
        }
    }

    private void MissOf(string what, string reason, IEnumerable<CapturedDevice> devices)
    {
        var names = devices.Select(device => device.Name).ToList();
        if (names.Count > 0)
        {
            _tree.Miss(what, $"{reason}: {Quoted.AnyOf(names).Replace(" or ", " and ", StringComparison.Ordinal)}");
        }
    }
}
