namespace DmaGrains.Model.Buffers;

/// <summary>Which way a mapping moves data; the kernel's numbers. NONE (3) is refused, as DRM does.</summary>
public enum DmaDirection
{
    /// <summary>Both ways.</summary>
    Bidirectional = 0,

    /// <summary>The device reads.</summary>
    ToDevice = 1,

    /// <summary>The device writes.</summary>
    FromDevice = 2,
}
