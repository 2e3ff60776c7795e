namespace DmaGrains.Model.Policies;

/// <summary>Whether the exporter checks that a list within all limits exists.</summary>
public enum ListCheck
{
    /// <summary>At each attach, by the exact rule: whole pages and boundary windows (thread #4, #5, #11).</summary>
    Exact = 0,

    /// <summary>Never, as posted: only a limit of 0 is noticed.</summary>
    None = 1,
}
