namespace DmaGrains.Model.Policies;

/// <summary>What becomes of the union when the exporter refuses an attach that the calculation let through.</summary>
public enum RefusedAttach
{
    /// <summary>It is what it was.</summary>
    RolledBack = 0,

    /// <summary>It stays narrowed until a detach: the patch as posted calculated in place, before it asked the exporter (thread #0).</summary>
    LeftNarrowed = 1,
}
