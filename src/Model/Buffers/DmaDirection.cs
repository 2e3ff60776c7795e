namespace DmaGrains.Model.Buffers;

/// <summary>Which way a mapping moves data, with the kernel's numbers. DMA_NONE (3) is refused, as in DRM.</summary>
public enum DmaDirection
{
    /// <summary>Both ways.</summary>
    Bidirectional = 0,

    /// <summary>The device reads.</summary>
    ToDevice = 1,

    /// <summary>The device writes.</summary>
    FromDevice = 2,
}
