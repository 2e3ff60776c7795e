namespace DmaGrains.Model.Policies;

/// <summary>What happens to the union when the exporter refuses an attach that passed the calculation.</summary>
public enum RefusedAttach
{
    /// <summary>It is restored.</summary>
    RolledBack = 0,

    /// <summary>It stays narrowed until a detach: the posted patch calculated in place, before it asked the exporter (thread #0).</summary>
    LeftNarrowed = 1,
}
