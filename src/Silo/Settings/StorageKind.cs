namespace DmaGrains.Silo.Settings;

/// <summary>Kinds of storage for grain state.</summary>
public enum StorageKind
{
    /// <summary>The silo's memory.</summary>
    Memory = 0,

    /// <summary>A SQLite file, for one silo.</summary>
    Sqlite,

    /// <summary>A PostgreSQL database, for many silos.</summary>
    PostgreSql,

    /// <summary>A Redis server, for many silos.</summary>
    Redis,
}
