namespace DmaGrains.Model.Policies;

/// <summary>When a buffer gets its storage.</summary>
public enum AllocationTime
{
    /// <summary>At the first map, for all importers attached by then (thread #59).</summary>
    AtFirstMap = 0,

    /// <summary>At the first attach, for that importer alone: what DRM and V4L2 importers bring about (thread #59).</summary>
    AtFirstAttach = 1,

    /// <summary>At the export, for nobody in particular.</summary>
    AtExport = 2,
}
