namespace DmaGrains.Storage;

/// <summary>A store in which the silos of a cluster find each other.</summary>
internal interface IMembershipProvider
{
    /// <summary>The server whose clock the members use, for messages.</summary>
    string Server { get; }

    /// <summary>Makes a silo keep its cluster's membership there.</summary>
    void AddMembership(ISiloBuilder silo);

    /// <summary>The server's time, UTC.</summary>
    /// <exception cref="StorageException">The server does not answer.</exception>
    Task<DateTime> NowAsync();
}
