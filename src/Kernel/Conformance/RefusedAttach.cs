namespace DmaGrains.Kernel.Conformance;

/// <summary>What becomes of a buffer's constraints when its exporter refuses an attach that narrowed them.</summary>
internal enum RefusedAttach
{
    /// <summary>They stay narrowed, as in the posted code, until a recalculation succeeds.</summary>
    AsPosted,

    /// <summary>They are as before.</summary>
    RolledBack,
}
