namespace DmaGrains.Silo.Settings;

/// <summary>Where silos find each other.</summary>
public enum ClusteringKind
{
    /// <summary>Nowhere: the silo is a cluster by itself.</summary>
    Localhost = 0,

    /// <summary>In a PostgreSQL database.</summary>
    PostgreSql,

    /// <summary>In a Redis server.</summary>
    Redis,
}
