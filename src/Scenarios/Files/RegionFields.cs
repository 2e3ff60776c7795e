using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads one memory region of a board file.</summary>
internal static class RegionFields
{
    /// <summary>Reads the region, whose addresses and sizes are whole pages; null after a problem.</summary>
    /// <param name="node">The region.</param>
    /// <param name="pageOrder">The board's page order.</param>
    /// <param name="pageBlock">The board's page blocks, in bytes; 0 when it states none.</param>
    /// <param name="problems">Collects problems.</param>
    public static MemoryRegionLayout? Read(FileNode node, int pageOrder, ulong pageBlock, Problems problems)
    {
        var before = problems.Count;
        var map = node.AsMap();
        map.AllowOnly("name", "kind", "start", "size", "reserved", "device", "peer_bus", "peer_access", "peer_path", "users", "areas", "source");
        var name = map.Required("name").AsName();
        var kind = map.Required("kind").AsChoice(Vocabulary.MemoryKinds);
        var start = map.Required("start").AsWholePages(least: 0, pageOrder);
        var size = map.Required("size").AsWholePages(Page.SizeOf(pageOrder), pageOrder);
        map.Optional("source")?.AsLine();
        var (every, pages) = ReadReserved(map.Optional("reserved")?.AsMap(), pageOrder);
        var range = new PageExtent(start >> Page.Shift, size >> Page.Shift);
        var region = new MemoryRegionLayout(name, kind, range, every, pages)
        {
            PageOrder = pageOrder,
            PageBlockBytes = pageBlock,
            Device = kind == MemoryKind.Vram ? map.Required("device").AsName() : OfVramOnly(map, "device"),
            PeerBus = kind == MemoryKind.Vram ? map.Optional("peer_bus")?.AsName() : OfVramOnly(map, "peer_bus"),
            PeerAccess = map.Optional("peer_access")?.AsChoice(Vocabulary.PeerAccesses) ?? default,
            Users = map.Optional("users") is { } users ? new(users.AsList(BoardDefinition.DevicesMax).Select(user => user.AsName())) : default,
            Areas = (int)(map.Optional("areas")?.AsCount(1, SwiotlbPool.SizeBytesMax / SwiotlbPool.SetBytes) ?? 0),
            PeerPath = map.Optional("peer_path")?.AsChoice(Vocabulary.PeerPaths) ?? default,
        };
        if (kind != MemoryKind.Vram)
        {
            OfVramOnly(map, "peer_access");
            OfVramOnly(map, "peer_path");
        }

        if (problems.Count == before && region.Check() is { } refusal)
        {
            map.PlaceOf(refusal.Field switch { "Reserved" => "reserved", nameof(MemoryRegionLayout.Users) => "users", nameof(MemoryRegionLayout.Areas) => "areas", _ => "start" })
                .Report(refusal, "addresses below 2^52");
        }

        return problems.Count == before ? region : null;
    }

    private static string? OfVramOnly(MapNode map, string key)
    {
        map.Optional(key)?.Place.Report($"memory that belongs to no device has the key '{key}'", "that key only with kind: vram");
        return null;
    }

    private static (ulong EveryPages, ulong Pages) ReadReserved(MapNode? map, int pageOrder)
    {
        if (map is null)
        {
            return default;
        }

        map.AllowOnly("every", "pages");
        var every = map.Required("every").AsWholePages(Page.SizeOf(pageOrder), pageOrder);
        return (every >> Page.Shift, map.Required("pages").AsCount(1, uint.MaxValue) << pageOrder);
    }
}
