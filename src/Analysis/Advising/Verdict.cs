namespace DmaGrains.Analysis.Advising;

/// <summary>What a candidate comes to; the order is from best to worst.</summary>
/// <remarks>
/// Luck stands before what goes wrong silently: where luck runs out somebody is refused and hears of it, and until then the data are
/// right. Who is served wrongly never has them right, on the emptiest machine, and nobody is told.
/// </remarks>
public enum Verdict
{
    /// <summary>Every importer attaches and maps, and each gets a list that it can use.</summary>
    Works = 0,

    /// <summary>The same, and only because the page allocator happened to give pages that lie together.</summary>
    ByLuck = 1,

    /// <summary>Nobody is refused, and somebody is given a copy, or a list that it cannot use, without a word.</summary>
    WorksWrongly = 2,

    /// <summary>Somebody is refused.</summary>
    Refused = 3,
}
