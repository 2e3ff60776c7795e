using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads a board from a YAML file; <c>schemas/board.schema.json</c> describes the format.</summary>
public static class BoardFile
{
    /// <summary>Reads a board.</summary>
    /// <param name="path">The file, at most 1 MiB.</param>
    /// <exception cref="FileFormatException">The file cannot be read, or is not a valid board.</exception>
    public static BoardDefinition Read(string path) => Problems.OrThrow(problems => Read(NodeTree.Read(path, problems), problems));

    /// <summary>Reads a board from a stream, such as standard input.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="stream">At most 1 MiB.</param>
    /// <exception cref="FileFormatException">It cannot be read, or is not a valid board.</exception>
    public static BoardDefinition Read(string name, Stream stream) => Parse(FileText.Read(name, () => stream), name);

    /// <summary>Reads a board from text.</summary>
    /// <param name="text">The text of a board file.</param>
    /// <param name="file">Its name in messages.</param>
    /// <exception cref="FileFormatException">The text is not a valid board.</exception>
    public static BoardDefinition Parse(string text, string file) =>
        Problems.OrThrow(problems => Read(NodeTree.Parse(file, text, problems), problems));

    /// <summary>Reads a board; after problems, with only its valid parts.</summary>
    internal static BoardDefinition Read(MapNode root, Problems problems)
    {
        var before = problems.Count;
        root.AllowOnly("name", "title", "page_size", "page_block", "cma_alignment", "memory", "iommus", "buses", "devices");
        var name = root.Required("name").AsName();
        var title = root.Required("title").AsLine(BoardDefinition.TitleLengthMax);
        var memory = ReadMemory(root, root.Required("memory").AsList(PhysicalMemory.RegionsMax), problems);
        var stages = root.Optional("iommus") is { } iommus ? IommuFields.ReadAll(iommus.AsList(BoardDefinition.StagesMax), problems) : [];
        var buses = root.Optional("buses") is { } listed ? BusFields.ReadAll(listed.AsList(BoardDefinition.StagesMax), problems) : [];
        var (devices, spaces) = ReadDevices(root.Required("devices").AsList(BoardDefinition.DevicesMax), stages, buses, problems);
        CheckOwners(root.Optional("memory"), devices);
        var board = new BoardDefinition(name, title, memory, BoardDefinition.WithPools(devices, memory)) { Stages = spaces };
        if (problems.Count == before && board.Check() is { } refusal)
        {
            PlaceAtFault(root, board, refusal).Report(refusal, "a board that can exist");
        }

        return board;
    }

    private static ImmutableArray<MemoryRegionLayout> ReadMemory(MapNode root, ImmutableArray<FileNode> nodes, Problems problems)
    {
        var pageOrder = root.Optional("page_size") is { } size ? ReadPageOrder(size) : 0;
        var pageBlock = root.Optional("page_block")?.AsPowerOfTwo(Page.SizeOf(pageOrder)) ?? 0;
        var areaAlignment = root.Optional("cma_alignment")?.AsPowerOfTwo(Page.SizeOf(pageOrder)) ?? 0;
        var regions = new List<MemoryRegionLayout>();
        foreach (var node in nodes)
        {
            if (RegionFields.Read(node, pageOrder, pageBlock, problems) is not { } region)
            {
                continue;
            }

            region = region with { AreaAlignmentBytes = areaAlignment };
            regions.Add(region);
            if (PhysicalMemory.Check(regions) is { } refusal)
            {
                node.Place.Report(refusal, "regions with different names and pages");
                regions.Remove(region);
            }
        }

        return [.. regions];
    }

    private static int ReadPageOrder(FileNode node) => node.AsSize(0, ulong.MaxValue) switch
    {
        4096 => 0,
        16384 => 2,
        65536 => 4,
        _ => node.Wrong("4KiB, 16KiB or 64KiB", 0),
    };

    /// <summary>The devices, and the MMUs of the board: one for each address space.</summary>
    private static (ImmutableArray<Device> Devices, ImmutableArray<IommuStage> Stages) ReadDevices(
        ImmutableArray<FileNode> nodes, ImmutableArray<StatedIommu> iommus, Dictionary<string, StatedBus> buses, Problems problems)
    {
        var mmus = iommus.Select(iommu => iommu.Stage.Name).ToHashSet();
        var devices = ImmutableArray.CreateBuilder<Device>(nodes.Length);
        var uses = new List<IommuUse>(2 * nodes.Length);
        var names = new HashSet<string>();
        foreach (var node in nodes)
        {
            var device = DeviceFields.Read(node, mmus, buses, problems, out var use);
            uses.Add(use);
            if (device.Name.Length != 0 && !names.Add(device.Name))
            {
                node.AsMap().PlaceOf("name").Report($"two devices are named {device.Name}", "a different name for each");
            }

            devices.Add(device);
        }

        // Names may be used twice only in a file that is not valid anyway.
        uses.AddRange(devices.Select(device => new IommuUse(new(device.BusMmu is { } bus ? [bus] : []), default)));
        var (stages, spaces) = IommuSpaces.Of([.. iommus.DistinctBy(iommu => iommu.Stage.Name)], uses);
        var byName = stages.ToDictionary(stage => stage.Name);
        return ([.. devices.Select((device, index) => Behind(device, spaces[index], spaces[nodes.Length + index], byName))], stages);
    }

    private static Device Behind(Device device, string? iommu, string? busMmu, Dictionary<string, IommuStage> stages)
    {
        var behind = device with { Iommu = iommu, BusMmu = busMmu };
        return behind with { OutputLimit = behind.LastMmu is { } last ? stages[last].OutputLimit : 0 };
    }

    /// <summary>Checks that device memory belongs to a device of the board.</summary>
    private static void CheckOwners(FileNode? memory, ImmutableArray<Device> devices)
    {
        var names = devices.Select(device => device.Name).ToHashSet();
        foreach (var region in memory is ListNode list ? list.Entries.OfType<MapNode>() : [])
        {
            region.Optional("device")?.AsDevice(names);
            foreach (var user in region.Optional("users") is ListNode users ? users.Entries : [])
            {
                user.AsDevice(names);
            }
        }
    }

    /// <summary>The place of the value at fault if the refusal tells it, else of the file.</summary>
    private static Place PlaceAtFault(MapNode root, BoardDefinition board, Refusal refusal) => refusal.Field switch
    {
        nameof(IommuStage.Owner) => root.Required("iommus")
            .AsList(int.MaxValue).Select(entry => entry.AsMap())
            .First(entry => IsSpaceOf(entry, board.Stages.First(stage => StageOwnership.Check(stage, board.Devices) is not null).Name))
            .PlaceOf("owner"),
        nameof(BoardDefinition.BouncePool) when refusal.Errno == Errno.EEXIST => root.Required("memory")
            .EntryAt(board.Memory.ToList().FindLastIndex(region => region.Kind == MemoryKind.Bounce && region.Users.IsEmpty)).PlaceOf("kind"),
        nameof(BoardDefinition.BouncePool) => root.Required("memory")
            .EntryAt(board.Memory.ToList().FindIndex(region => region.Kind == MemoryKind.Bounce && SwiotlbPool.Check(region.Range.SizeBytes) is not null)).PlaceOf("size"),
        nameof(MemoryRegionLayout.Users) => root.Required("memory")
            .EntryAt(board.Memory.ToList().FindLastIndex(region => region.IsRestrictedPool)).PlaceOf("users"),
        var field when board.Devices.ToList().FindIndex(device => device.Name == refusal.Importer) is >= 0 and var index =>
            root.Required("devices").EntryAt(index).PlaceOf(Vocabulary.Spelt(field ?? string.Empty)),
        _ => root.Place,
    };

    /// <summary>Whether a space is one that an MMU of the file gives.</summary>
    private static bool IsSpaceOf(MapNode iommu, string space) =>
        iommu.Required("name").AsName() is var name && (space == name || space.StartsWith($"{name}#", StringComparison.Ordinal));

    private static MapNode EntryAt(this FileNode list, int index) => list.AsList(int.MaxValue)[index].AsMap();
}
