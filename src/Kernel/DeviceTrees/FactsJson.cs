using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DmaGrains.Kernel.Catalogue;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>Facts of a device tree as JSON: addresses and sizes in hexadecimal, keys without meaning for a board left out.</summary>
/// <param name="facts">The facts.</param>
internal sealed class FactsJson(TreeFacts facts)
{
    private readonly Dictionary<TreeWindows, int> _maps = facts.Maps.Select((map, index) => (map, index)).ToDictionary(known => known.map, known => known.index);
    private readonly ILookup<TreeNode, TreeDevice> _users = facts.Devices
        .SelectMany(device => device.IommuEntries.Select(entry => entry.Target!).Distinct().Select(iommu => (iommu, device)))
        .ToLookup(use => use.iommu, use => use.device);

    private readonly ILookup<TreeNode, TreeDevice> _mapUsers = facts.Devices
        .SelectMany(device => (device.IommuMap ?? []).Select(entry => entry.Iommu).OfType<TreeNode>().Distinct().Select(iommu => (iommu, device)))
        .ToLookup(use => use.iommu, use => use.device);

    /// <summary>The facts as one object.</summary>
    public static JsonObject Of(TreeFacts facts) => new FactsJson(facts).Object();

    private JsonObject Object()
    {
        var tree = facts.Tree;
        return With(
            ("arch", facts.Architecture.Word()),
            ("fdt", With(
                ("bytes", tree.SizeBytes),
                ("version", tree.Version),
                ("nodes", tree.Nodes.Count),
                ("duplicate_phandles", tree.DuplicatePhandles.Count == 0 ? null : List(tree.DuplicatePhandles.Select(Path))))),
            ("model!", facts.Model),
            ("compatible", List(tree.Root.Compatible.Select(text => JsonValue.Create(text)))),
            ("root_cells", With(("address", tree.Root.AddressCellsBelow), ("size", tree.Root.SizeCellsBelow))),
            ("memreserve", tree.Reserved.Count == 0 ? null : List(tree.Reserved.Select(Range))),
            ("memory", List(facts.Memory.Select(Memory))),
            ("memory_nodes_without_device_type", facts.UntypedMemory.IsEmpty ? null : List(facts.UntypedMemory.Select(Path))),
            ("memory_placeholder", facts.LacksMemory),
            ("reserved_memory!", facts.ReservedNode is null ? null : With(
                ("path", Path(facts.ReservedNode)),
                ("accepted", facts.ReservedWhyNot is null),
                ("why", facts.ReservedWhyNot),
                ("regions", List(facts.Reserved.Select(Region))))),
            ("cma", With(
                ("default_node!", Path(facts.DefaultArea?.Node)),
                ("kernel_default", facts.DefaultArea is null ? $"{facts.Architecture.DefaultAreaBytes() >> 20}MiB" : null))),
            ("dma_zone", With(
                ("max_cpu_address!", Hex(facts.HighestCpuAddress)),
                ("zone_dma_bits", facts.Architecture == TreeArchitecture.Arm64 ? ZoneBits(facts.HighestCpuAddress) : null))),
            ("iommus", List(facts.Iommus.Select(Iommu))),
            ("maps", List(facts.Maps.Select(Map))),
            ("devices", List(facts.Devices.Select(Device))),
            ("bus_only", List(facts.BusOnly.GroupBy(device => (Map: _maps[device.Windows], device.IsCoherent)).OrderBy(group => group.Key).Select(group => With(
                ("map", group.Key.Map),
                ("coherent", group.Key.IsCoherent),
                ("paths", List(group.Select(device => Path(device.Node)))))))),
            ("disabled_candidates", facts.DisabledCandidates));
    }

    private static int ZoneBits(ulong? highest) => highest switch
    {
        null => 32,
        0 => 0,
        { } address => Math.Min(32, TreeBuses.Width(address)),
    };

    private static JsonNode Memory(TreeMemory memory) => With(
        ("path", Path(memory.Node)),
        ("enabled", memory.IsEnabled),
        ("source", memory.Source?.Name()),
        ("ranges", List(memory.Ranges.Select(Range))),
        ("placeholder", memory.IsPlaceholder));

    private static JsonNode Region(ReservedRegion region) => With(
        ("name", region.Node.Name),
        ("path", Path(region.Node)),
        ("compatible", List(region.Node.Compatible.Select(text => JsonValue.Create(text)))),
        ("enabled", region.Node.IsEnabled),
        ("no_map", If(region.IsNoMap)),
        ("reusable", If(region.IsReusable)),
        ("cma_default", If(region.IsCmaDefault)),
        ("reg", region.Ranges.IsEmpty ? null : List(region.Ranges.Select(Range))),
        ("misaligned", If(region.IsMisaligned)),
        ("size", Hex(region.SizeBytes)),
        ("alignment", Hex(region.Alignment)),
        ("effective_alignment", Hex(region.EffectiveAlignment)),
        ("alloc_ranges", region.AllocRanges is { } ranges ? List(ranges.Select(Range)) : null),
        ("kind", region.KindText),
        ("users", region.Users.IsEmpty ? null : List(region.Users.Select(user => With(
            ("path", Path(user.Device)), ("index", user.Index), ("enabled", user.Device.IsReachable), ("name", user.Name))))));

    private JsonNode Iommu(TreeNode node) => With(
        ("path", Path(node)),
        ("compatible", List(node.Compatible.Select(text => JsonValue.Create(text)))),
        ("enabled", node.IsReachable),
        ("cells", node.Cell(TreeProperty.IommuCells)),
        ("users", List(_users[node].Select(device => Path(device.Node)))),
        ("map_users", _mapUsers.Contains(node) ? List(_mapUsers[node].Select(device => Path(device.Node))) : null));

    private static JsonNode Map(TreeWindows map) => map.Result switch
    {
        WindowsResult.None => With(("result", "none")),
        WindowsResult.Invalid => With(
            ("from", Path(map.From)), ("entries", map.Entries), ("windows", map.Count), ("untranslatable", Untranslatable(map)), ("result", "invalid")),
        _ => With(
            ("from", Path(map.From)),
            ("entries", map.Entries),
            ("windows", map.Count),
            ("untranslatable", Untranslatable(map)),
            ("cut_at_zero_size", If(map.IsCut)),
            ("ranges", List(map.Windows.Select(window => With(
                ("cpu", Hex(window.Cpu)), ("bus", Hex(window.Bus)), ("size", Hex(window.SizeBytes)), ("offset", Signed(window.Offset)))))),
            ("odd_size", Hex(map.OddSizeBytes)),
            ("result", JsonNamingPolicy.KebabCaseLower.ConvertName(map.Result.ToString())),
            ("limit", Hex(map.Limit)),
            (map.Limit61 == map.Limit ? "limit_6_1" : "limit_6_1!", map.Limit61 == map.Limit ? null : Hex(map.Limit61)),
            ("mask_bits", TreeBuses.Width(map.Limit)),
            ("identity", map.IsIdentity)),
    };

    private static JsonArray? Untranslatable(TreeWindows map) => map.Untranslatable.IsEmpty
        ? null
        : List(map.Untranslatable.Select(window => With(("bus", Hex(window.Bus)), ("size", Hex(window.SizeBytes)))));

    private JsonNode Device(TreeDevice device) => With(
        ("path", Path(device.Node)),
        ("compatible", List(device.Node.Compatible.Select(text => JsonValue.Create(text)))),
        ("kind", JsonNamingPolicy.KebabCaseLower.ConvertName(device.Kind.ToString())),
        ("reasons", List(device.Reasons.Select(text => JsonValue.Create(text)))),
        ("map", _maps[device.Windows]),
        ("coherent", device.IsCoherent),
        ("unit", device.Node.Unit),
        ("row", KnownCompatible.RowOf(device.Node.Compatible)),
        ("dma_parent", Path(device.DmaParent)),
        ("lost_at", Path(device.LostAt)),
        ("iommus_error", device.Iommus?.Problem),
        ("iommus", device.Iommus is null ? null : List(device.IommuEntries.Select(entry => With(
            ("iommu", Path(entry.Target)),
            ("cells", List(entry.Cells.Select(cell => JsonValue.Create(cell)))),
            ("enabled", entry.Target!.IsEnabled))))),
        ("translated", device.Iommus is null ? null : device.IsTranslated),
        ("iommu_map", device.IommuMap is { } map ? List(map.Select(entry => With(
            ("id", entry.First), ("iommu!", Path(entry.Iommu)), ("out", entry.Out), ("length", entry.Length)))) : null),
        ("iommu_map_mask", device.Node.Cell(TreeProperty.IommuMapMask) is { } mask ? Hex(mask) : null),
        ("memory_region", device.Regions.IsEmpty ? null : List(device.Regions.Select(named => With(
            ("region!", Path(named.Region)), ("name", named.Name))))),
        ("restricted_pool", Path(device.RestrictedPool)),
        ("quirk", device.IsOnMbus ? "sunxi-mbus" : null),
        ("pci_host", Path(device.PciHost)),
        ("pci", device.WindowsBelow is { } below ? With(("map", _maps[below]), ("coherent", device.IsCoherentBelow)) : null));

    private static JsonNode Range(TreeRange range) => With(("start", Hex(range.Start)), ("size", Hex(range.SizeBytes)));

    private static JsonValue? Path(TreeNode? node) => node is null ? null : JsonValue.Create(node.Path);

    private static JsonValue? If(bool holds) => holds ? JsonValue.Create(true) : null;

    private static JsonValue? Hex(ulong? number) =>
        number is { } value ? JsonValue.Create(string.Create(CultureInfo.InvariantCulture, $"0x{value:x}")) : null;

    private static JsonValue? Signed(long number) => number >= 0
        ? Hex((ulong)number)
        : JsonValue.Create(string.Create(CultureInfo.InvariantCulture, $"-0x{unchecked((ulong)-number):x}"));

    private static JsonArray List(IEnumerable<JsonNode?> nodes) => new([.. nodes]);

    /// <summary>An object of what is not null; a key that ends in ! is there in any case.</summary>
    private static JsonObject With(params ReadOnlySpan<(string Key, JsonNode? Value)> pairs)
    {
        var all = new JsonObject();
        foreach (var (key, value) in pairs)
        {
            if (value is not null || key.EndsWith('!'))
            {
                all.Add(key.TrimEnd('!'), value);
            }
        }

        return all;
    }
}
