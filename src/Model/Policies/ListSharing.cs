namespace DmaGrains.Model.Policies;

/// <summary>Whose list a mapping gets.</summary>
public enum ListSharing
{
    /// <summary>Built anew at each map.</summary>
    PerMap = 0,

    /// <summary>Built at an attachment's first map and kept for its later ones.</summary>
    PerAttachment = 1,

    /// <summary>Built once and handed to every importer, whatever it needs, as DRM's cache does (thread #2).</summary>
    Shared = 2,

    /// <summary>Built at each map and cut for the importer alone, from the first attach on (thread #7).</summary>
    Own = 3,

    /// <summary>
    /// Mapped once, for the exporter's own device, and handed to every importer, which then uses the exporter's addresses (amdxdna before
    /// the review of its import path; thread #12).
    /// </summary>
    Exporters = 4,
}
