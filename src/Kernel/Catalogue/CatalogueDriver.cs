using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace DmaGrains.Kernel.Catalogue;

/// <summary>A driver of the kernel, and what it asks of memory.</summary>
/// <param name="Name">Its name in the catalogue.</param>
/// <param name="Title">What it drives.</param>
/// <param name="Class">What its devices are: gpu, display, camera, codec, isp, blitter, jpeg, npu, storage, ethernet, wireless, usb, usb-glue, dma-engine, crypto, pci-host, remoteproc or iommu.</param>
/// <param name="Kernel">The version of the kernel's source that the limits were read in.</param>
public sealed record CatalogueDriver(string Name, string Title, string Class, string Kernel)
{
    /// <summary>Its modules, by their names in <c>/sys/module</c>.</summary>
    public ImmutableArray<string> Modules { get; init; } = [];

    /// <summary>The <c>compatible</c> strings of device trees that it takes, the most frequent first.</summary>
    public ImmutableArray<string> Compatible { get; init; } = [];

    /// <summary>The PCI devices that it takes.</summary>
    public ImmutableArray<PciMatch> Pci { get; init; } = [];

    /// <summary>The line of the kernel where its table of PCI devices begins, or that names the class; null without PCI devices.</summary>
    public string? PciAt { get; init; }

    /// <summary>The virtio device that it takes; null for none.</summary>
    public int? Virtio { get; init; }

    /// <summary>What memory it takes.</summary>
    public required MemoryTaken Memory { get; init; }

    /// <summary>Whether it exports buffers.</summary>
    public required bool Exports { get; init; }

    /// <summary>The limits that it sets whatever the chip, of an IOMMU's driver those of the IOMMU. One that is not here is the kernel's default, or depends on the chip.</summary>
    public ImmutableArray<CatalogueLimit> Limits { get; init; } = [];

    /// <summary>The limits that depend on the chip.</summary>
    public ImmutableArray<CatalogueChip> Chips { get; init; } = [];

    /// <summary>What it needs of the layout of buffers, as far as it is known.</summary>
    public ImmutableArray<CatalogueNeed> Needs { get; init; } = [];

    /// <summary>The formats that it takes, as far as they are known.</summary>
    public ImmutableArray<CatalogueFormats> Formats { get; init; } = [];

    /// <summary>Whether its devices are IOMMUs, which import no buffers: its limits are then those of an MMU of a board.</summary>
    [JsonIgnore]
    public bool IsOfIommus => Class == "iommu";

    /// <summary>What else is known; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>The limits of a device, those of its chip before those of all chips.</summary>
    /// <param name="compatible">The strings of its <c>compatible</c>, the most specific first; none for a device of an unknown chip.</param>
    public ImmutableArray<CatalogueLimit> LimitsOf(IEnumerable<string> compatible)
    {
        var chip = ChipOf(compatible)?.Limits ?? [];
        return [.. chip, .. Limits.Where(limit => chip.All(own => own.Key != limit.Key))];
    }

    /// <summary>What else is known of a device.</summary>
    /// <param name="compatible">As for <see cref="LimitsOf"/>.</param>
    public IEnumerable<string> NotesOf(IEnumerable<string> compatible) => new[] { Note, ChipOf(compatible)?.Note }.OfType<string>();

    private CatalogueChip? ChipOf(IEnumerable<string> compatible) => Chips.IsEmpty ? null
        : compatible.Select(text => Chips.FirstOrDefault(chip => chip.Compatible.Contains(text))).FirstOrDefault(chip => chip is not null);
}
