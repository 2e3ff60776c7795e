namespace DmaGrains.Model;

/// <summary>The page: the unit of physical memory.</summary>
public static class Page
{
    /// <summary>Bytes in a page.</summary>
    public const uint SizeBytes = 4096;

    /// <summary>log2 of <see cref="SizeBytes"/>.</summary>
    public const int Shift = 12;

    /// <summary>Pages needed for that many bytes.</summary>
    public static ulong CountFor(ulong sizeBytes) => (sizeBytes >> Shift) + ((sizeBytes & (SizeBytes - 1)) == 0 ? 0u : 1u);
}
