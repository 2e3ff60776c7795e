namespace DmaGrains.Model.Devices;

/// <summary>How unset DMA parameters are read: what the kernel's getters returned at some time.</summary>
/// <remarks>Source: include/linux/dma-mapping.h of 6.1 and of January 2015; the RFC's patch 1/2 for the count.</remarks>
public enum ParameterDefaults
{
    /// <summary>The kernel since 6.1: size unset or 0 is 65536; count unset or 0 is 2^31-1; mask unset or 0 is 2^64-1.</summary>
    V61 = 0,

    /// <summary>
    /// January 2015 with the RFC: only absent parameters get defaults (65536, 2^31-1, 2^32-1); a present 0 stays 0, but a count of 0 is
    /// 2^31-1.
    /// </summary>
    RfcV3 = 1,

    /// <summary>As written: 0 stays 0. Absent parameters limit nothing.</summary>
    Direct = 2,
}
