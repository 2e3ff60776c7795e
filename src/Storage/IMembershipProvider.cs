namespace DmaGrains.Storage;

/// <summary>Where the silos of a cluster find each other.</summary>
internal interface IMembershipProvider
{
    /// <summary>What has the clock that members go by.</summary>
    string Server { get; }

    /// <summary>Lets a silo keep its cluster's members there.</summary>
    void AddMembership(ISiloBuilder silo);

    /// <summary>The server's time, UTC.</summary>
    /// <exception cref="StorageException">It does not say.</exception>
    Task<DateTime> NowAsync();
}
