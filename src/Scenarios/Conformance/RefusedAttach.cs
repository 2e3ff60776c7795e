namespace DmaGrains.Scenarios.Conformance;

/// <summary>What becomes of the buffer's constraints when the exporter refuses an attach that had narrowed them.</summary>
internal enum RefusedAttach
{
    /// <summary>They stay narrowed, as in the posted code, until a recalculation succeeds.</summary>
    AsPosted,

    /// <summary>They are as before.</summary>
    RolledBack,
}
