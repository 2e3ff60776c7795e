namespace DmaGrains.Model.Policies;

/// <summary>What an exporter takes notice of when a device attaches.</summary>
public enum ConstraintModel
{
    /// <summary>The three fields of the RFC (thread #0).</summary>
    Rfc3 = 0,

    /// <summary>Only whether the importer needs one contiguous range (thread #9, #10, #49, #55).</summary>
    Flags = 1,

    /// <summary>Nothing, as mainline exporters do today; what breaks is recorded as a hazard.</summary>
    None = 2,

    /// <summary>
    /// As <see cref="Rfc3"/>, but a device behind an IOMMU puts no demand on how many runs the pages come in: its count holds for
    /// the DMA segments after translation (thread #6, #57).
    /// </summary>
    Translated = 3,

    /// <summary>The segment size alone: the one field that a mainline exporter (habanalabs) reads (thread #7).</summary>
    SizeOnly = 4,

    /// <summary>The segment count alone (thread #7).</summary>
    CountOnly = 5,

    /// <summary>
    /// The three fields as the patch was posted (thread #0). What the thread proposes later, contiguous (#9) and struct pages (#49),
    /// it does not know: such a device is let in, and what it is handed is held against it as a hazard.
    /// </summary>
    Posted = 6,
}
