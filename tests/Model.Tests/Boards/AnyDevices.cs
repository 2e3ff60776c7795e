using CsCheck;
using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Tests.Boards;

/// <summary>Generators of devices behind three MMUs, of their own or of their bus.</summary>
internal static class AnyDevices
{
    private static readonly Gen<string?> _stage = Gen.OneOf<string?>(null, "s0", "s1", "s2");

    /// <summary>Up to five devices; none is behind one MMU twice.</summary>
    public static Gen<Device[]> BehindStages { get; } = Gen.Select(_stage, _stage)
        .Where((own, bus) => own is null || own != bus)
        .Array[0, 5]
        .Select(paths => paths.Select((path, index) => Behind($"d{index}", path.Item1, path.Item2)).ToArray());

    /// <summary>A device behind MMUs; null for none.</summary>
    public static Device Behind(string name, string? iommu, string? bus = null) => new(name, null) { Iommu = iommu, BusMmu = bus };
}
