namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>The kernel that reads a tree: what it makes of it depends on its architecture.</summary>
public enum TreeArchitecture
{
    /// <summary>A 64-bit Arm kernel with pages of 4 KiB.</summary>
    Arm64,

    /// <summary>A 32-bit Arm kernel, as Debian's armmp.</summary>
    Arm,
}

/// <summary>What follows from the architecture.</summary>
internal static class TreeArchitectures
{
    private const ulong MiB = 1 << 20;

    /// <summary>Processors that have no 64-bit mode: the beginnings of their <c>compatible</c>.</summary>
    private static readonly string[] _narrow =
    [
        "arm,arm", "arm,cortex-a5", "arm,cortex-a7", "arm,cortex-a8", "arm,cortex-a9", "arm,cortex-a12", "arm,cortex-a15", "arm,cortex-a17",
        "arm,cortex-m", "qcom,krait", "qcom,scorpion", "marvell,pj4", "marvell,sheeva", "marvell,feroceon", "marvell,mohawk", "brcm,brahma-b15",
    ];

    /// <summary>As facts files and <c>--arch</c> spell it.</summary>
    public static string Word(this TreeArchitecture architecture) => architecture == TreeArchitecture.Arm ? "arm" : "arm64";

    /// <summary>The kernel for a tree's processors: 64-bit unless they have no such mode.</summary>
    internal static TreeArchitecture Of(DeviceTree tree) =>
        tree.Root.Children.FirstOrDefault(node => node.Name == "cpus")?.Children
            .SelectMany(cpu => cpu.Compatible)
            .Any(text => _narrow.Any(narrow => text == narrow || (text.StartsWith(narrow, StringComparison.Ordinal) && !char.IsAsciiDigit(text[narrow.Length])))) == true
            ? TreeArchitecture.Arm
            : TreeArchitecture.Arm64;

    /// <summary>The multiple at which contiguous areas start and end: a page block (include/linux/cma.h, CMA_MIN_ALIGNMENT_BYTES).</summary>
    public static ulong AreaAlignment(this TreeArchitecture architecture) => architecture == TreeArchitecture.Arm ? 8 * MiB : 2 * MiB;

    /// <summary>The contiguous area for everybody when the tree has none: what Debian's kernels are built with.</summary>
    public static ulong DefaultAreaBytes(this TreeArchitecture architecture) => architecture == TreeArchitecture.Arm ? 16 * MiB : 64 * MiB;
}
