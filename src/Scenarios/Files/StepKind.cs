namespace DmaGrains.Scenarios.Files;

/// <summary>What a step asks for.</summary>
public enum StepKind
{
    /// <summary>The importer's device attaches.</summary>
    Attach,

    /// <summary>The importer's attachment is mapped; the first map of a buffer allocates.</summary>
    Map,

    /// <summary>The importer's mapping ends.</summary>
    Unmap,

    /// <summary>The importer's attachment ends.</summary>
    Detach,

    /// <summary>The exporter lets go of the buffer.</summary>
    Release,

    /// <summary>Take the buffer back from everyone; the exporter's step.</summary>
    Revoke,

    /// <summary>What a map of the importer's attachment would give; nothing is held.</summary>
    TestMap,

    /// <summary>The importer takes the list unmapped (thread #54).</summary>
    GetScatterlist,

    /// <summary>It gives the unmapped list back.</summary>
    PutScatterlist,

    /// <summary>The importer takes the page frame numbers (thread #54).</summary>
    GetPfns,

    /// <summary>It gives the page frame numbers back.</summary>
    PutPfns,

    /// <summary>The importer maps the list that it took (thread #54); an unmap ends it.</summary>
    MapScatterlist,

    /// <summary>It maps the page frame numbers that it took, through a list that it builds (thread #51, #54); an unmap ends it.</summary>
    MapPfns,

    /// <summary>The CPU takes the buffer over from devices.</summary>
    BeginCpuAccess,

    /// <summary>The CPU ends an access.</summary>
    EndCpuAccess,

    /// <summary>The CPU reads or writes, allowed or not.</summary>
    CpuAccess,

    /// <summary>The MMU of the importer's device switches to another of its contexts; no buffer's step.</summary>
    SwitchContext,

    /// <summary>The driver of the importer's device declares other DMA parameters; no buffer's step (thread #0).</summary>
    SetParameters,

    /// <summary>The union is computed afresh from what the importers ask for now; nothing changes (thread #0).</summary>
    Recalculate,

    /// <summary>The cache work that the importer's latest map owes is done (thread #34).</summary>
    Flush,

    /// <summary>The CPU hands the importer's latest mapping back to the device.</summary>
    SyncForDevice,

    /// <summary>The CPU takes the importer's latest mapping over from the device.</summary>
    SyncForCpu,
}
