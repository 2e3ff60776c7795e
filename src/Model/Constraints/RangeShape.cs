namespace DmaGrains.Model.Constraints;

/// <summary>How the pages of a list are placed.</summary>
public enum RangeShape
{
    /// <summary>Every segment at its own best page address.</summary>
    Scattered,

    /// <summary>One contiguous range that starts on a boundary.</summary>
    ContiguousAligned,

    /// <summary>One contiguous range at the page-aligned base that needs the fewest segments.</summary>
    ContiguousBestBase,
}
