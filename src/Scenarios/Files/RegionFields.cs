using DmaGrains.Model;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads one memory region of a board file.</summary>
internal static class RegionFields
{
    private static readonly OrderedDictionary<string, MemoryKind> _kinds =
        new() { ["system"] = MemoryKind.System, ["contiguous"] = MemoryKind.Contiguous };

    /// <summary>The region; its places and sizes are whole pages.</summary>
    public static MemoryRegionLayout Read(FileNode node)
    {
        var map = node.AsMap();
        map.AllowOnly("name", "kind", "start", "size", "reserved", "source");
        var name = map.Required("name").AsName();
        var kind = map.Required("kind").AsChoice(_kinds);
        var start = map.Required("start").AsWholePages(least: 0);
        var size = map.Required("size").AsWholePages(least: Page.SizeBytes);
        map.Required("source").AsLine();
        var (every, pages) = ReadReserved(map.Optional("reserved")?.AsMap());
        var range = new PageExtent(start >> Page.Shift, size >> Page.Shift);
        var region = new MemoryRegionLayout(name, kind, range, every, pages);
        if (region.Check() is { } refusal)
        {
            var place = map.PlaceOf(refusal.Field == "Reserved" ? "reserved" : "start");
            throw place.Fail(refusal, "addresses below 2^52");
        }

        return region;
    }

    private static (ulong EveryPages, ulong Pages) ReadReserved(MapNode? map)
    {
        if (map is null)
        {
            return default;
        }

        map.AllowOnly("every", "pages");
        var every = map.Required("every").AsWholePages(least: Page.SizeBytes);
        return (every >> Page.Shift, map.Required("pages").AsCount(1, uint.MaxValue));
    }
}
