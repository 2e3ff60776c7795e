using System.Collections.Immutable;

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

    /// <summary>The PCI devices that it takes: <c>vendor</c>, <c>vendor:device</c>, or a class, in hexadecimal.</summary>
    public ImmutableArray<string> Pci { get; init; } = [];

    /// <summary>The virtio device that it takes; null for none.</summary>
    public int? Virtio { get; init; }

    /// <summary>What memory it takes.</summary>
    public required MemoryTaken Memory { get; init; }

    /// <summary>Whether it exports buffers.</summary>
    public required bool Exports { get; init; }

    /// <summary>The limits that it sets whatever the chip. One that is not here is the kernel's default, or depends on the chip.</summary>
    public ImmutableArray<CatalogueLimit> Limits { get; init; } = [];

    /// <summary>What else is known; null for nothing.</summary>
    public string? Note { get; init; }
}
