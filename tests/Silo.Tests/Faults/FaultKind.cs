namespace DmaGrains.Silo.Tests.Faults;

/// <summary>What happens to a cluster.</summary>
internal enum FaultKind
{
    /// <summary>A silo gets SIGKILL and is started again.</summary>
    SiloKilled,

    /// <summary>A silo gets SIGTERM, ends in good order and is started again.</summary>
    SiloStopped,

    /// <summary>A silo stands still until the others have given it up, wakes, ends, and is started again.</summary>
    SiloPaused,

    /// <summary>The storage's server gets SIGKILL and is started again.</summary>
    StorageKilled,

    /// <summary>The storage's server ends in good order and is started again.</summary>
    StorageStopped,

    /// <summary>All silos get SIGKILL at once and are started again.</summary>
    ClusterKilled,

    /// <summary>
    /// A silo gets SIGKILL and is started with a clock that is off: by an hour, what others refuse and one alone does not mind, then by
    /// 2 s, which all bear. It gets SIGKILL again and is started with a right one.
    /// </summary>
    ClockShifted,

    /// <summary>
    /// A silo gets SIGKILL at some write, truncation or flush of its state file, which may be half done, or at something that it sends to
    /// the storage, to clients or to other silos; it is started again.
    /// </summary>
    Interrupted,

    /// <summary>
    /// The same, and of what was written to the state file and not flushed, each sector may be lost: the machine had no power.
    /// </summary>
    PowerLost,

    /// <summary>The silo gets SIGKILL, a bit of its state file's log is flipped; it must not start until the log is put back.</summary>
    LogDamaged,

    /// <summary>The silo gets SIGKILL, its state file's log is removed; it must not start until it is put back.</summary>
    LogRemoved,

    /// <summary>The silo gets SIGKILL, its state file is emptied; it must not start until it is put back.</summary>
    FileEmptied,
}
