namespace DmaGrains.Model.Translation;

/// <summary>The alignment of bases.</summary>
public enum IovaAlignment
{
    /// <summary>
    /// The length in granules, rounded up to a power of two, as <see cref="IommuMapping"/> needs (iova.c, size_aligned).
    /// </summary>
    Size = 0,

    /// <summary>The granule: driver-owned tables such as etnaviv's.</summary>
    Granule = 1,
}
