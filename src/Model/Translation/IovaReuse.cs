namespace DmaGrains.Model.Translation;

/// <summary>When a freed range may be handed out again.</summary>
public enum IovaReuse
{
    /// <summary>At once: every free flushes the device's translations (the kernel's iommu.strict=1).</summary>
    Strict = 0,

    /// <summary>After the next reap, which flushes once for all freed ranges (iommu.strict=0; thread #25).</summary>
    Lazy = 1,
}
