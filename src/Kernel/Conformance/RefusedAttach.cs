namespace DmaGrains.Kernel.Conformance;

/// <summary>What happens to a buffer's constraints when its exporter refuses an attach that narrowed them.</summary>
internal enum RefusedAttach
{
    /// <summary>They stay narrowed, as in the posted code, until a recalculation succeeds.</summary>
    AsPosted,

    /// <summary>They are restored.</summary>
    RolledBack,
}
