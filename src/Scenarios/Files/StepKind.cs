namespace DmaGrains.Scenarios.Files;

/// <summary>Kinds of steps.</summary>
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

    /// <summary>The exporter releases the buffer.</summary>
    Release,

    /// <summary>The exporter revokes the buffer.</summary>
    Revoke,

    /// <summary>A trial map of the importer's attachment; nothing is held.</summary>
    TestMap,

    /// <summary>The importer takes the list unmapped (thread #54).</summary>
    GetScatterlist,

    /// <summary>The importer gives the unmapped list back.</summary>
    PutScatterlist,

    /// <summary>The importer takes the page frame numbers (thread #54).</summary>
    GetPfns,

    /// <summary>The importer gives the page frame numbers back.</summary>
    PutPfns,

    /// <summary>The importer maps the list that it took (thread #54); an unmap ends it.</summary>
    MapScatterlist,

    /// <summary>The importer maps the page frame numbers that it took, through a list that it builds (thread #51, #54); an unmap ends it.</summary>
    MapPfns,

    /// <summary>The CPU takes the buffer over from devices.</summary>
    BeginCpuAccess,

    /// <summary>The CPU ends an access.</summary>
    EndCpuAccess,

    /// <summary>The CPU reads or writes, whether it may or not.</summary>
    CpuAccess,

    /// <summary>The MMU of the importer's device switches to another context; concerns no buffer.</summary>
    SwitchContext,

    /// <summary>The driver of the importer's device declares other DMA parameters; concerns no buffer (thread #0).</summary>
    SetParameters,

    /// <summary>The union is computed from the importers' present parameters; nothing changes (thread #0).</summary>
    Recalculate,

    /// <summary>The cache work that the importer's latest map owes is done (thread #34).</summary>
    Flush,

    /// <summary>The CPU hands the importer's latest mapping back to the device.</summary>
    SyncForDevice,

    /// <summary>The CPU takes the importer's latest mapping over from the device.</summary>
    SyncForCpu,
}
