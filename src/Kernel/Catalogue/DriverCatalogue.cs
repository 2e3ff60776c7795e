using System.Collections.Immutable;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Catalogue;

/// <summary>The drivers of <c>catalogue/*.yaml</c>, which are part of the program.</summary>
public static class DriverCatalogue
{
    private const string Folder = "catalogue/";
    private const int ListMax = 1000;

    private static readonly Lazy<Dictionary<string, Entry>> _entries = new(Read);
    private static readonly Lazy<ILookup<string?, string>> _strings = new(() => KnownCompatible.All.ToLookup(known => known.Driver, known => known.Text));

    private static readonly Lazy<Dictionary<string, CatalogueDriver>> _byModule = new(
        () => All.SelectMany(driver => driver.Modules.Select(module => (module, driver))).ToDictionary(pair => pair.module, pair => pair.driver));

    /// <summary>What memory drivers take, in the catalogue's words.</summary>
    public static Vocabulary<MemoryTaken> Memory { get; } = new()
    {
        ["scattered"] = MemoryTaken.Scattered,
        ["contiguous"] = MemoryTaken.Contiguous,
        ["iommu"] = MemoryTaken.Iommu,
    };

    /// <summary>What drivers may need, in the catalogue's words.</summary>
    private static Vocabulary<string> NeedKeys { get; } = new()
    {
        ["stride_multiple"] = "stride_multiple",
        ["stride_max"] = "stride_max",
        ["stride_padding_max"] = "stride_padding_max",
        ["width_multiple"] = "width_multiple",
        ["line_multiple"] = "line_multiple",
        ["address_alignment"] = "address_alignment",
        ["size_multiple"] = "size_multiple",
    };

    /// <summary>What a driver does about a need: it refuses other buffers, or makes its own so.</summary>
    private static Vocabulary<bool> Refusing { get; } = new() { ["refuses"] = true, ["makes"] = false };

    /// <summary>All drivers, by name.</summary>
    public static ImmutableArray<CatalogueDriver> All => field.IsDefault ? field = Sorted() : field;

    /// <summary>The driver of the first string that is known; null when none is, or when that driver is not in the catalogue.</summary>
    /// <param name="compatible">The strings of a device's <c>compatible</c>, the most specific first.</param>
    public static CatalogueDriver? OfCompatible(IEnumerable<string> compatible)
    {
        ArgumentNullException.ThrowIfNull(compatible);
        return KnownCompatible.Of(compatible)?.Driver is { } name ? Named(name) : null;
    }

    /// <summary>The driver of a module, whose name may have <c>-</c> for <c>_</c>; null when it is not in the catalogue.</summary>
    public static CatalogueDriver? OfModule(string module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return _byModule.Value.GetValueOrDefault(module.Replace('-', '_'));
    }

    /// <summary>The driver of a PCI device: one that lists it before those of its class; null when none takes it, or when several do.</summary>
    /// <param name="vendor">Four hexadecimal digits.</param>
    /// <param name="device">Four hexadecimal digits.</param>
    /// <param name="class">Class, subclass and interface, six hexadecimal digits.</param>
    public static CatalogueDriver? OfPci(string vendor, string device, string @class)
    {
        var takers = All.Select(driver => (driver, Takes: driver.Pci.Select(match => match.Takes(vendor, device, @class)).DefaultIfEmpty().Max())).Where(taker => taker.Takes > 0).ToList();
        return takers.Where(taker => taker.Takes == takers.Max(other => other.Takes)).ToList() is [var (only, _)] ? only : null;
    }

    /// <summary>The driver of a virtio device; null when none takes it.</summary>
    /// <param name="device">The number of its kind: 16 for a GPU.</param>
    public static CatalogueDriver? OfVirtio(int device) => All.FirstOrDefault(driver => driver.Virtio == device);

    /// <summary>The driver of a name; null when there is none.</summary>
    public static CatalogueDriver? Named(string name) => _entries.Value.GetValueOrDefault(name)?.Driver;

    private static ImmutableArray<CatalogueDriver> Sorted()
    {
        var drivers = _entries.Value.Values.Select(entry => entry.Driver).ToList();
        drivers.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return [.. drivers];
    }

    private static Dictionary<string, Entry> Read()
    {
        var assembly = typeof(DriverCatalogue).Assembly;
        var entries = new Dictionary<string, Entry>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            var root = CatalogueNodes.Read($"{name}.yaml", assembly.GetManifestResourceStream(name)!);
            root.AllowOnly("kernel", "class", "drivers");
            var (kernel, @class) = (root.Required("kernel").AsLine(), root.Required("class").AsLine());
            foreach (var node in root.Required("drivers").AsList(ListMax))
            {
                var map = node.AsMap();
                entries.Add(map.Required("name").AsLine(), new(map, @class, kernel));
            }
        }

        return entries;
    }

    /// <summary>An entry of a file. Most captures need few of the drivers: each is made of its entry when it is asked for.</summary>
    private sealed class Entry(MapNode map, string @class, string kernel)
    {
        private CatalogueDriver? _driver;

        public CatalogueDriver Driver => _driver ??= DriverCatalogue.Driver(map, @class, kernel);
    }

    private static CatalogueDriver Driver(MapNode map, string @class, string kernel)
    {
        map.AllowOnly("name", "title", "modules", "pci", "pci_at", "virtio", "memory", "exports", "limits", "chips", "needs", "formats", "note");
        var name = map.Required("name").AsLine();
        return new(name, map.Required("title").AsLine(), @class, kernel)
        {
            Compatible = [.. _strings.Value[name]],
            Modules = Lines(map.Optional("modules")),
            Pci = [.. map.Optional("pci")?.AsList(ListMax).Select(AsPci) ?? []],
            PciAt = map.Optional("pci_at")?.AsLine(),
            Virtio = (int?)map.Optional("virtio")?.AsCount(1, byte.MaxValue),
            Memory = map.Required("memory").AsChoice(Memory),
            Exports = map.Required("exports").AsFlag(),
            Limits = Limits(map),
            Chips = [.. map.Optional("chips")?.AsList(ListMax).Select(node => Chip(node.AsMap())) ?? []],
            Needs = [.. map.Optional("needs")?.AsList(ListMax).Select(node => Need(node.AsMap())) ?? []],
            Formats = [.. map.Optional("formats")?.AsList(ListMax).Select(node => Formats(node.AsMap())) ?? []],
            Note = map.Optional("note")?.AsLine(),
        };
    }

    private static PciMatch AsPci(FileNode node) => PciMatch.Parse(node.AsLine()) ?? throw node.Wrong("vendor:device, vendor:class digits or class digits, in lower hexadecimal digits");

    private static CatalogueNeed Need(MapNode map)
    {
        map.AllowOnly("key", "value", "driver", "for", "at", "says");
        return new(
            map.Required("key").AsChoice(NeedKeys), map.Required("value").AsCount(0, uint.MaxValue), map.Required("driver").AsChoice(Refusing), map.Optional("for")?.AsLine(),
            map.Required("at").AsLine(), map.Required("says").AsLine());
    }

    private static CatalogueFormats Formats(MapNode map)
    {
        map.AllowOnly("names", "for", "at");
        return new(Lines(map.Required("names")), map.Optional("for")?.AsLine(), map.Required("at").AsLine());
    }

    private static CatalogueChip Chip(MapNode map)
    {
        map.AllowOnly("compatible", "limits", "note");
        return new(Lines(map.Required("compatible")), Limits(map), map.Optional("note")?.AsLine());
    }

    private static ImmutableArray<CatalogueLimit> Limits(MapNode map) => [.. map.Optional("limits")?.AsList(ListMax).Select(node => Limit(node.AsMap())) ?? []];

    private static CatalogueLimit Limit(MapNode map)
    {
        map.AllowOnly("key", "value", "at", "says");
        return new(map.Required("key").AsLine(), map.Required("value").AsLine(), map.Required("at").AsLine(), map.Required("says").AsLine());
    }

    private static ImmutableArray<string> Lines(FileNode? node) => [.. node?.AsList(ListMax).Select(entry => entry.AsLine()) ?? []];
}
