namespace DmaGrains.Model.Translation;

/// <summary>The part of a scatterlist entry that matters for mapping.</summary>
/// <param name="OffsetBytes">Where it starts in its first granule; below the granule.</param>
/// <param name="LengthBytes">Bytes; 0 is a caller's error that the kernel accepts.</param>
public readonly record struct IommuInput(uint OffsetBytes, uint LengthBytes);
