namespace DmaGrains.Model.Policies;

/// <summary>The parameters from which a detach computes the union.</summary>
public enum DetachReading
{
    /// <summary>The demands of the remaining importers at their attach.</summary>
    AtAttach = 0,

    /// <summary>
    /// The present demands of their devices. If these have nothing in common, the union silently stays as it was, as posted (thread #0,
    /// recalc_constraints).
    /// </summary>
    Now = 1,
}
