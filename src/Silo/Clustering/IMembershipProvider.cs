namespace DmaGrains.Silo.Clustering;

/// <summary>Where the silos of a cluster find each other.</summary>
internal interface IMembershipProvider
{
    /// <summary>Lets a silo keep its cluster's members there.</summary>
    void AddMembership(ISiloBuilder silo);
}
