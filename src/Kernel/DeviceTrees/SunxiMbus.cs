namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>Allwinner's memory bus: some of its devices see RAM from bus address 0 on, and not every tree says so.</summary>
/// <remarks>Source: drivers/soc/sunxi/sunxi_mbus.c, which sets the windows of these devices when their tree has no interconnects.</remarks>
internal static class SunxiMbus
{
    /// <summary>Bytes of the window.</summary>
    public const ulong SizeBytes = 1UL << 32;

    private static readonly HashSet<string> _machines =
    [
        .. new[] { "sun4i-a10", "sun5i-a10s", "sun5i-a13", "sun6i-a31", "sun7i-a20", "sun8i-a23", "sun8i-a33", "sun8i-a83t", "sun8i-h3", "sun8i-r40",
            "sun8i-v3", "sun8i-v3s", "sun9i-a80", "sun50i-a64", "sun50i-h5", }.Select(name => $"allwinner,{name}"),
        "nextthing,gr8",
    ];

    private static readonly HashSet<string> _devices =
    [
        .. Of("display-engine", "sun4i-a10", "sun5i-a10s", "sun5i-a13", "sun6i-a31", "sun6i-a31s", "sun7i-a20", "sun8i-a23", "sun8i-a33", "sun9i-a80"),
        .. Of("display-backend", "sun4i-a10", "sun5i-a13", "sun6i-a31", "sun7i-a20", "sun8i-a23", "sun8i-a33", "sun9i-a80"),
        .. Of("display-frontend", "sun4i-a10", "sun7i-a20", "sun8i-a23", "sun8i-a33"),
        .. Of("video-engine", "sun4i-a10", "sun5i-a13", "sun7i-a20", "sun8i-a33", "sun8i-h3", "sun50i-a64", "sun50i-h5"),
        .. Of("csi", "sun6i-a31", "sun8i-a83t", "sun8i-h3", "sun8i-v3s", "sun50i-a64"),
        .. Of("csi0", "sun7i-a20"),
        .. Of("csi1", "sun4i-a10"),
    ];

    /// <summary>Whether Linux gives that device the window.</summary>
    public static bool Has(TreeNode device, TreeNode root) =>
        !device.Has(TreeProperty.Interconnects) && device.Compatible.Any(_devices.Contains) && root.Compatible.Any(_machines.Contains);

    /// <summary>The first byte of RAM, which is 0 on the bus.</summary>
    public static ulong Start(TreeNode root) => root.Compatible.Contains("allwinner,sun9i-a80") ? 0x20000000UL : 0x40000000UL;

    private static IEnumerable<string> Of(string what, params IEnumerable<string> chips) => chips.Select(chip => $"allwinner,{chip}-{what}");
}
