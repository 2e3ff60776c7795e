namespace DmaGrains.Experiments.Driving;

/// <summary>A planned step of a session. Whether it still applies is checked when its turn comes.</summary>
/// <param name="Kind">The kind of step.</param>
/// <param name="Buffer">The index of the session's buffer.</param>
/// <param name="Importer">The index of the session's importer.</param>
/// <param name="DueAt">When it was due, in nanoseconds from the start.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-step")]
internal readonly record struct SessionStep(SessionStepKind Kind, int Buffer, int Importer, ulong DueAt);

/// <summary>A command of a session, or a point in its life.</summary>
internal enum SessionStepKind
{
    /// <summary>Exports a buffer.</summary>
    Export = 0,

    /// <summary>An importer attaches.</summary>
    Attach = 1,

    /// <summary>An importer maps.</summary>
    Map = 2,

    /// <summary>An importer unmaps.</summary>
    Unmap = 3,

    /// <summary>An importer detaches.</summary>
    Detach = 4,

    /// <summary>The exporter revokes a buffer.</summary>
    Revoke = 5,

    /// <summary>The exporter releases a buffer.</summary>
    Release = 6,

    /// <summary>Not a command: the first steps are done, and the buffers are in use.</summary>
    Serve = 7,

    /// <summary>Not a command: everything has been given back, and the session waits for memory.</summary>
    Wait = 8,
}
