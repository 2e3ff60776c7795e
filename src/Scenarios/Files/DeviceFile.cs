using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads a device by itself: an entry of the list <c>devices</c> of a board file.</summary>
public static class DeviceFile
{
    /// <summary>Reads a device from text.</summary>
    /// <param name="text">The entry, a mapping.</param>
    /// <param name="file">Its name in messages.</param>
    /// <param name="board">The board whose MMUs and buses it may name; a bus that no device is on cannot be told from none.</param>
    /// <exception cref="FileFormatException">The text is not a valid device.</exception>
    public static Device Parse(string text, string file, BoardDefinition board)
    {
        ArgumentNullException.ThrowIfNull(board);
        var mmus = board.Stages.Select(stage => stage.Name).ToHashSet();
        var buses = board.Devices.Where(device => device.Bus is not null).DistinctBy(device => device.Bus)
            .ToDictionary(device => device.Bus!, device => new StatedBus(device.Windows));
        var read = Problems.OrThrow(problems => Read(NodeTree.Parse(file, text, problems), mmus, buses, problems));
        return BoardDefinition.WithPools([read], board.Memory)[0] with { OutputLimit = board.Stages.FirstOrDefault(stage => stage.Name == read.LastMmu)?.OutputLimit ?? 0 };
    }

    /// <summary>A board that exists has an MMU for each address space, and a device names one.</summary>
    private static Device Read(MapNode map, HashSet<string> mmus, Dictionary<string, StatedBus> buses, Problems problems)
    {
        var device = DeviceFields.Read(map, mmus, buses, problems, out var use);
        if (!use.Streams.IsEmpty || use.Iommus.Names.Length > 1)
        {
            map.PlaceOf(use.Streams.IsEmpty ? "iommu" : "streams").Report(
                "a device by itself names streams or several MMUs", $"the address space that it gets; {Quoted.AnyOf(mmus)}");
        }

        return device;
    }
}
