namespace DmaGrains.Experiments.Playing;

/// <summary>The fixed counters of a tally; refusals and hazards are also counted by kind.</summary>
internal enum Counter
{
    /// <summary>Commands carried out or refused.</summary>
    Commands,

    /// <summary>Buffers that arrived.</summary>
    Buffers,

    /// <summary>Buffers that were finally refused at some step.</summary>
    BuffersRefused,

    /// <summary>Refused buffers whose first refusal was for memory although enough was free.</summary>
    RefusedByFragmentation,

    /// <summary>Attaches, granted or refused.</summary>
    Attaches,

    /// <summary>Attaches refused.</summary>
    AttachesRefused,

    /// <summary>Maps, granted or refused.</summary>
    Maps,

    /// <summary>Maps refused.</summary>
    MapsRefused,

    /// <summary>Buffers that were mapped for the first time.</summary>
    FirstMaps,

    /// <summary>The sum of their times from arrival to first map, in nanoseconds.</summary>
    FirstMapNanoseconds,

    /// <summary>Times that storage moved.</summary>
    Migrations,

    /// <summary>Bytes copied by moves and bounces.</summary>
    BytesCopied,

    /// <summary>Bounced entries.</summary>
    Bounces,

    /// <summary>Write-backs of dirty cache lines for a device.</summary>
    CacheCleans,

    /// <summary>Discards of cache lines.</summary>
    CacheInvalidates,
}

/// <summary>The counters of each stream.</summary>
internal enum StreamCounter
{
    /// <summary>Its buffers that arrived.</summary>
    Buffers,

    /// <summary>Its buffers that were refused.</summary>
    Refused,
}
