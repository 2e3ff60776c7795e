namespace DmaGrains.Analysis.Advising;

/// <summary>The verdict on a candidate, from best to worst.</summary>
/// <remarks>
/// Luck is better than silent faults: when luck runs out, an importer is refused and knows it, and until then the data are right. An
/// importer that is served wrongly never gets the right data, and nobody is told.
/// </remarks>
public enum Verdict
{
    /// <summary>Every importer attaches and maps, and each gets a list that it can use.</summary>
    Works = 0,

    /// <summary>The same, but only because the page allocator happened to give suitable pages.</summary>
    ByLuck = 1,

    /// <summary>Nobody is refused, but some importer is silently given a copy or a list that it cannot use.</summary>
    WorksWrongly = 2,

    /// <summary>Somebody is refused.</summary>
    Refused = 3,
}
