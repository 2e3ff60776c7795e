namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>Devices that share an address space of an IOMMU, because one of their streams is the same.</summary>
/// <param name="Devices">The devices.</param>
/// <param name="Iommus">Their IOMMUs with streams, in the order of the tree.</param>
internal sealed record TreeSpace(IReadOnlyList<TreeDevice> Devices, IReadOnlyList<(TreeNode Iommu, string Stream)> Iommus);

/// <summary>Finds the address spaces that IOMMUs give the devices of a tree.</summary>
internal static class TreeSpaces
{
    /// <summary>The spaces of translated devices and of what is below PCI hosts with a map, in the order of the tree.</summary>
    public static List<TreeSpace> Of(IEnumerable<TreeDevice> devices)
    {
        var spaces = new List<TreeSpace>();
        var byStream = new Dictionary<(TreeNode, string), int>();
        foreach (var device in devices)
        {
            (TreeNode Iommu, string Stream)[] streams = [.. StreamsOf(device).Distinct()];
            if (streams.Length == 0)
            {
                continue;
            }

            int[] shared = [.. streams.Where(byStream.ContainsKey).Select(stream => byStream[stream]).Distinct().Order()];
            var into = shared.Length == 0 ? spaces.Count : shared[0];
            var members = shared.SelectMany(index => spaces[index].Devices).Append(device).ToList();
            var all = shared.SelectMany(index => spaces[index].Iommus).Concat(streams).Distinct().ToList();
            if (into == spaces.Count)
            {
                spaces.Add(new(members, all));
            }
            else
            {
                spaces[into] = new(members, all);
            }

            foreach (var gone in shared.Skip(1))
            {
                spaces[gone] = new([], []);
            }

            all.ForEach(stream => byStream[stream] = into);
        }

        return [.. spaces.Where(space => space.Devices.Count > 0)];
    }

    private static IEnumerable<(TreeNode Iommu, string Stream)> StreamsOf(TreeDevice device)
    {
        if (device.WindowsBelow is not null)
        {
            // What is below a PCI host is one space here: which cards there are, and so which of its streams, is not in the tree.
            return device.IommuMap is { IsEmpty: false } map && map[0].Iommu is { IsEnabled: true } iommu
                ? [(iommu, $"0x{map[0].Out:x} on, by iommu-map")]
                : [];
        }

        return device.IsTranslated
            ? device.IommuEntries.Select(entry => (entry.Target!, string.Join(' ', entry.Cells.Select(cell => $"0x{cell:x}"))))
            : [];
    }
}
