namespace DmaGrains.Model.Devices;

/// <summary>The little that userspace would need to know of a device (thread #58).</summary>
public enum ImporterClass
{
    /// <summary>Any number of segments.</summary>
    ScatterGather = 0,

    /// <summary>One contiguous run.</summary>
    Contiguous = 1,

    /// <summary>Several segments, but a stated number of them, or none across a boundary.</summary>
    Weird = 2,
}
