namespace DmaGrains.Model.Translation;

/// <summary>The granule: the smallest piece of address space that an IOMMU maps.</summary>
public static class Granule
{
    /// <summary>The possible sizes, for messages.</summary>
    public const string Expected = "4096, 16384 or 65536 bytes";

    /// <summary>Whether an IOMMU can have this granule.</summary>
    public static bool IsValid(uint granuleBytes) => granuleBytes is 4096 or 16384 or 65536;

    /// <summary>Null when the granule is valid; else EINVAL naming GranuleBytes.</summary>
    public static Refusal? Check(uint granuleBytes) => IsValid(granuleBytes)
        ? null
        : new(
            Errno.EINVAL, null, "GranuleBytes", null, granuleBytes,
            $"A granule of {granuleBytes} bytes: expected {Expected}.");

    /// <summary>The length in whole granules, in bytes.</summary>
    internal static UInt128 RoundUp(UInt128 lengthBytes, uint granuleBytes) =>
        (lengthBytes + granuleBytes - 1) & ~((UInt128)granuleBytes - 1);
}
