namespace DmaGrains.Scenarios.Files;

/// <summary>What a step asks of a buffer.</summary>
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
}
