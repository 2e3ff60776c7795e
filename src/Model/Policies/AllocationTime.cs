namespace DmaGrains.Model.Policies;

/// <summary>When a buffer gets its storage.</summary>
public enum AllocationTime
{
    /// <summary>At the first map, for all importers attached by then (thread #59).</summary>
    AtFirstMap = 0,

    /// <summary>At the first attach, for that importer alone, as it happens with DRM and V4L2 importers (thread #59).</summary>
    AtFirstAttach = 1,

    /// <summary>At the export, for no importer in particular.</summary>
    AtExport = 2,
}
