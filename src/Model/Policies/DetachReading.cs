namespace DmaGrains.Model.Policies;

/// <summary>What a detach computes the union from.</summary>
public enum DetachReading
{
    /// <summary>What those who are left asked for when they attached.</summary>
    AtAttach = 0,

    /// <summary>
    /// What their devices ask for now. Where that has nothing in common the union stays as it was, and nobody is told: as posted
    /// (thread #0, recalc_constraints).
    /// </summary>
    Now = 1,
}
