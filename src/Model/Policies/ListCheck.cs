namespace DmaGrains.Model.Policies;

/// <summary>Whether anybody checks that a list within everybody's limits exists.</summary>
public enum ListCheck
{
    /// <summary>At each attach, by the exact rule: whole pages and boundary windows (thread #4, #5, #11).</summary>
    Exact = 0,

    /// <summary>Nobody does, as posted: only a limit of 0 is found out.</summary>
    None = 1,
}
