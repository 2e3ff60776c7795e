namespace DmaGrains.Model.Translation;

/// <summary>What the mapper needs to know of one scatterlist entry.</summary>
/// <param name="OffsetBytes">Where it starts in its first granule; below the granule.</param>
/// <param name="LengthBytes">Bytes; 0 is a caller's error that the kernel lets through.</param>
public readonly record struct IommuInput(uint OffsetBytes, uint LengthBytes);
