namespace DmaGrains.Analysis.Checking;

/// <summary>What can be wrong with a board.</summary>
public enum FindingKind
{
    /// <summary>A buffer breaks a rule of its own: its union is not that of its importers, its pages do not cover it.</summary>
    Invariant,

    /// <summary>Two buffers hold one page.</summary>
    SharedPages,

    /// <summary>A buffer has pages that the board's memory does not hold for it.</summary>
    PagesNotHeld,

    /// <summary>The board's memory holds pages for nobody.</summary>
    PagesLeaked,

    /// <summary>A region's count of held bytes is not that of the buffers' pages.</summary>
    Accounts,

    /// <summary>A mapping has addresses or bounces that the board's MMUs do not hold for it.</summary>
    MappingNotHeld,

    /// <summary>The board's MMUs or bounce pool hold something for nobody.</summary>
    MappingLeaked,

    /// <summary>A buffer lives and its board does not list it, or it is gone and its board lists it.</summary>
    Listing,

    /// <summary>The board's memory is not laid out though its definition has some, or the list of boards lacks it.</summary>
    SetUp,
}
