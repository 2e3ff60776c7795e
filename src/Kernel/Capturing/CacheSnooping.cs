namespace DmaGrains.Kernel.Capturing;

/// <summary>Whether devices of an architecture snoop the caches of its processors.</summary>
/// <remarks>
/// Source: include/linux/dma-map-ops.h (dev_is_dma_coherent), drivers/of/address.c (of_dma_is_coherent), and who selects
/// ARCH_HAS_SYNC_DMA_FOR_DEVICE and ARCH_DMA_DEFAULT_COHERENT in arch/*/Kconfig.
/// </remarks>
internal static class CacheSnooping
{
    /// <summary>Whether all of them do, whatever a device tree says, because the kernel cannot write caches back for them.</summary>
    /// <param name="architecture">As <c>uname -m</c> calls it; null when unknown.</param>
    public static bool IsAlways(string? architecture) =>
        KernelText.IsX86Architecture(architecture)
        || architecture is "s390x" or "s390" or "ppc64" or "ppc64le" or "sparc64" or "alpha" or "loongarch64";

    /// <summary>Whether a device does of which the device tree says nothing; null when unknown.</summary>
    /// <param name="architecture">As <c>uname -m</c> calls it; null when unknown.</param>
    public static bool? IsDefault(string? architecture) => architecture switch
    {
        "riscv64" or "riscv32" => true,
        "aarch64" or "aarch64_be" or "arm" => false,
        not null when architecture.StartsWith("armv", StringComparison.Ordinal) => false,
        _ => null,
    };
}
