namespace DmaGrains.Scenarios.Advising;

/// <summary>What a candidate comes to; the order is from best to worst.</summary>
public enum Verdict
{
    /// <summary>Every importer attaches and maps, and each gets a list that it can use.</summary>
    Works = 0,

    /// <summary>Nobody is refused, and somebody is given a copy, or a list that it cannot use, without a word.</summary>
    WorksWrongly = 1,

    /// <summary>Somebody is refused.</summary>
    Refused = 2,
}
