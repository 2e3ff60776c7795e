namespace DmaGrains.Model.Policies;

/// <summary>Which limits an exporter considers when a device attaches.</summary>
public enum ConstraintModel
{
    /// <summary>The three fields of the RFC (thread #0).</summary>
    Rfc3 = 0,

    /// <summary>Only whether the importer needs one contiguous range (thread #9, #10, #49, #55).</summary>
    Flags = 1,

    /// <summary>Nothing, as mainline exporters do today; what breaks is recorded as a hazard.</summary>
    None = 2,

    /// <summary>
    /// As <see cref="Rfc3"/>, but the count of a device behind an IOMMU applies to the DMA segments after translation, not to the runs of
    /// pages (thread #6, #57).
    /// </summary>
    Translated = 3,

    /// <summary>The segment size alone: the one field that a mainline exporter (habanalabs) reads (thread #7).</summary>
    SizeOnly = 4,

    /// <summary>The segment count alone (thread #7).</summary>
    CountOnly = 5,

    /// <summary>
    /// The three fields of the posted patch (thread #0), without the thread's later proposals, contiguous (#9) and struct pages (#49). A
    /// device that needs these is accepted, and a list that does not suit it is recorded as a hazard.
    /// </summary>
    Posted = 6,
}
