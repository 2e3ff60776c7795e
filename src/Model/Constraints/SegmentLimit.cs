namespace DmaGrains.Model.Constraints;

/// <summary>How a segment limit that is not a multiple of a page is read.</summary>
public enum SegmentLimit
{
    /// <summary>Floored to a page, as the kernel's table builder does.</summary>
    Floored,

    /// <summary>Exact to the byte: the last segment may use the limit's odd bytes.</summary>
    Exact,
}
