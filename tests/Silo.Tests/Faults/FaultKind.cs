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
}
