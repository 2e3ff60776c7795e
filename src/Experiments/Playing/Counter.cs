namespace DmaGrains.Experiments.Playing;

/// <summary>What a tally counts in any case; refusals and hazards are counted by their kinds, too.</summary>
internal enum Counter
{
    /// <summary>Commands carried out or refused.</summary>
    Commands,

    /// <summary>Buffers that arrived.</summary>
    Buffers,

    /// <summary>Of them, those that were refused for good at some step.</summary>
    BuffersRefused,

    /// <summary>Of these, those that were first refused for a lack of memory where enough was free.</summary>
    RefusedByFragmentation,

    /// <summary>Attaches asked for.</summary>
    Attaches,

    /// <summary>Attaches refused.</summary>
    AttachesRefused,

    /// <summary>Maps asked for.</summary>
    Maps,

    /// <summary>Maps refused.</summary>
    MapsRefused,

    /// <summary>Buffers that were mapped for the first time.</summary>
    FirstMaps,

    /// <summary>Nanoseconds from their arrival until then, of all of them.</summary>
    FirstMapNanoseconds,

    /// <summary>Times that storage moved.</summary>
    Migrations,

    /// <summary>Bytes copied by moves and bounces.</summary>
    BytesCopied,

    /// <summary>Pieces that were bounced.</summary>
    Bounces,

    /// <summary>Write-backs of dirty cache lines for a device.</summary>
    CacheCleans,

    /// <summary>Discards of cache lines.</summary>
    CacheInvalidates,
}

/// <summary>What is counted for each stream.</summary>
internal enum StreamCounter
{
    /// <summary>Its buffers that arrived.</summary>
    Buffers,

    /// <summary>Of them, those that were refused.</summary>
    Refused,
}
