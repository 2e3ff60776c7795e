namespace DmaGrains.Experiments.Playing;

/// <summary>The consequences of a refused step of a session, as <see cref="StreamPlay.After"/> decides.</summary>
internal enum AfterRefusal
{
    /// <summary>Everything is given back, and the session waits for memory.</summary>
    Wait,

    /// <summary>The importer tries again at the next use.</summary>
    TryAgain,

    /// <summary>The importer takes no further part in the buffer.</summary>
    Leave,

    /// <summary>The session ends.</summary>
    End,
}
