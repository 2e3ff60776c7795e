namespace DmaGrains.Model.Devices;

/// <summary>A rough class of importers, as much as userspace would need to know (thread #58).</summary>
public enum ImporterClass
{
    /// <summary>Any number of segments.</summary>
    ScatterGather = 0,

    /// <summary>One contiguous run.</summary>
    Contiguous = 1,

    /// <summary>Several segments, but of limited number or not across a boundary.</summary>
    Weird = 2,
}
