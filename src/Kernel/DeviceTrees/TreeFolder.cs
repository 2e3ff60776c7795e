using DmaGrains.Kernel.Capturing;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>Reads the device tree of a machine: flattened, or as the folders and files that the kernel makes of it.</summary>
internal static class TreeFolder
{
    private const string Flattened = "/sys/firmware/fdt";

    /// <summary>The most nodes that are read of folders: many times what any board has.</summary>
    private const int NodesMax = 1 << 16;

    private static readonly string[] _folders = ["/proc/device-tree", "/sys/firmware/devicetree/base"];

    /// <summary>The tree; null when there is none.</summary>
    /// <exception cref="DeviceTreeException">It is no sound tree.</exception>
    public static DeviceTree? Read(MachineTree machine) =>
        machine.BytesIfAny(Flattened) is { } bytes ? FlattenedTree.Read(bytes)
        : _folders.FirstOrDefault(machine.Has) is { } folder ? ReadFolders(machine, folder)
        : null;

    private static DeviceTree ReadFolders(MachineTree machine, string folder)
    {
        var root = new TreeNode(string.Empty, null, null);
        var open = new Stack<(TreeNode Node, string Path)>([(root, folder)]);
        var count = 1;
        while (open.TryPop(out var next))
        {
            foreach (var name in machine.Names(next.Path))
            {
                var path = $"{next.Path}/{name}";
                if (machine.IsFolder(path))
                {
                    if (++count > NodesMax || next.Node.Depth == FlattenedTree.DepthMax)
                    {
                        throw new DeviceTreeException(null, $"{folder} has more than {NodesMax} folders, or more than {FlattenedTree.DepthMax} levels; expected a device tree");
                    }

                    var child = new TreeNode(name, next.Node, null);
                    next.Node.Add(child);
                    open.Push((child, path));
                }
                else if (TreeProperties.Of(name) is { } property && machine.BytesIfAny(path) is { } value)
                {
                    next.Node.Add(property, value);
                }
            }
        }

        return new(root);
    }
}
