namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>The properties of device trees that matter to DMA; others are not kept.</summary>
internal enum TreeProperty
{
    AddressCells,
    SizeCells,
    Status,
    Compatible,
    DeviceType,
    Model,
    Reg,
    Ranges,
    DmaRanges,
    DmaCoherent,
    DmaNoncoherent,
    Phandle,
    LinuxPhandle,
    Interconnects,
    InterconnectNames,
    InterconnectCells,
    Iommus,
    IommuCells,
    IommuMap,
    IommuMapMask,
    MemoryRegion,
    MemoryRegionNames,
    Dmas,
    UsableMemory,
    Size,
    Alignment,
    AllocRanges,
    NoMap,
    Reusable,
    CmaDefault,
    DmaDefault,
}

/// <summary>The names of properties.</summary>
internal static class TreeProperties
{
    private static readonly string[] _names =
    [
        "#address-cells", "#size-cells", "status", "compatible", "device_type", "model", "reg", "ranges", "dma-ranges", "dma-coherent",
        "dma-noncoherent", "phandle", "linux,phandle", "interconnects", "interconnect-names", "#interconnect-cells", "iommus", "#iommu-cells",
        "iommu-map", "iommu-map-mask", "memory-region", "memory-region-names", "dmas", "linux,usable-memory", "size", "alignment",
        "alloc-ranges", "no-map", "reusable", "linux,cma-default", "linux,dma-default",
    ];

    /// <summary>The longest of the names, in characters.</summary>
    public static int LengthMax { get; } = _names.Aggregate((longest, name) => name.Length > longest.Length ? name : longest).Length;

    /// <summary>The name in device trees.</summary>
    public static string Name(this TreeProperty property) => _names[(int)property];

    /// <summary>The property of that name; null for one that is not kept.</summary>
    public static TreeProperty? Of(string name) => Array.IndexOf(_names, name) is >= 0 and var index ? (TreeProperty)index : null;
}
