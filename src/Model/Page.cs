namespace DmaGrains.Model;

/// <summary>The page: the unit of page frame numbers, 4 KiB. A kernel's own pages are 1, 4 or 16 of them, by its page order.</summary>
public static class Page
{
    /// <summary>Bytes in a page.</summary>
    public const uint SizeBytes = 4096;

    /// <summary>log2 of <see cref="SizeBytes"/>.</summary>
    public const int Shift = 12;

    /// <summary>Pages needed for that many bytes.</summary>
    public static ulong CountFor(ulong sizeBytes) => (sizeBytes >> Shift) + ((sizeBytes & (SizeBytes - 1)) == 0 ? 0u : 1u);

    /// <summary>Pages needed for that many bytes in whole kernel pages: a multiple of 2^<paramref name="order"/>.</summary>
    public static ulong CountFor(ulong sizeBytes, int order) => RoundUp(CountFor(sizeBytes), order);

    /// <summary>Bytes in a kernel page: 4096, 16384 or 65536 for an order of 0, 2 or 4.</summary>
    public static uint SizeOf(int order) => SizeBytes << order;

    /// <summary>Whether a kernel may have pages of that order: 4, 16 or 64 KiB (arch/arm64/Kconfig).</summary>
    public static bool IsOrder(int order) => order is 0 or 2 or 4;

    /// <summary>A page frame number, or a number of pages, rounded up to kernel pages.</summary>
    public static ulong RoundUp(ulong pages, int order) => RoundDown(pages + ((1UL << order) - 1), order);

    /// <summary>A page frame number, or a number of pages, rounded down to kernel pages.</summary>
    public static ulong RoundDown(ulong pages, int order) => pages >> order << order;
}
