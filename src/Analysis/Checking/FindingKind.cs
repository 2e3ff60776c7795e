namespace DmaGrains.Analysis.Checking;

/// <summary>Kinds of findings.</summary>
public enum FindingKind
{
    /// <summary>A buffer breaks an invariant of its own: its union is not that of its importers, or its pages do not cover it.</summary>
    Invariant,

    /// <summary>Two buffers hold one page.</summary>
    SharedPages,

    /// <summary>A buffer has pages that the board's memory does not hold for it.</summary>
    PagesNotHeld,

    /// <summary>The board's memory holds pages for nobody.</summary>
    PagesLeaked,

    /// <summary>A region's number of held bytes does not match the buffers' pages.</summary>
    Accounts,

    /// <summary>A mapping has addresses or bounces that the board's MMUs or bounce pool do not hold for it.</summary>
    MappingNotHeld,

    /// <summary>The board's MMUs or bounce pool hold something for nobody.</summary>
    MappingLeaked,

    /// <summary>A living buffer is not listed, or a gone one is.</summary>
    Listing,

    /// <summary>The board's memory is not set up, or the board is missing in the list of boards.</summary>
    SetUp,
}
