using System.Globalization;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>The boards of a fault run: importers that agree, one that not every other agrees with, one behind an MMU.</summary>
internal static class FaultBoard
{
    /// <summary>Devices to attach; the last is none.</summary>
    public static IReadOnlyList<string> Devices { get; } = ["gpu", "disk", "display", "codec", "ghost"];

    /// <summary>A board; its memory takes its buffers and not many more.</summary>
    public static BoardDefinition Numbered(int number) => new(
        string.Create(CultureInfo.InvariantCulture, $"faults-{number}"),
        "A board for fault runs",
        [
            new("ram", MemoryKind.System, new PageExtent(0x1000, 4096), ReservedEveryPages: 16, ReservedPages: 1),
            new("cma", MemoryKind.Contiguous, new PageExtent(0x10000, 512)),
        ],
        [
            new Device("gpu", new DeviceDmaParameters(uint.MaxValue, 0, 0)),
            new Device("disk", new DeviceDmaParameters(65536, 128, 0xffff)),
            new Device("display", null) { RequiresContiguous = true },
            new Device("codec", new DeviceDmaParameters(uint.MaxValue, 0, 0)) { Iommu = "mmu" },
        ])
    {
        Stages = [new("mmu", new(new(0x10000), new(0xffffff), 4096)) { Owner = StageOwner.Driver }],
    };
}
