namespace DmaGrains.Analysis.Advising;

/// <summary>For whom an exporter allocates.</summary>
public enum AllocatesFor
{
    /// <summary>For itself alone, before any other attach, as drivers do today (thread #59).</summary>
    ForItself = 0,

    /// <summary>For nobody in particular, at the export, as heaps do today.</summary>
    ForNobody = 1,

    /// <summary>At the first map, for all that have attached by then: the thread's design (#0, #59).</summary>
    ForAll = 2,
}
