namespace DmaGrains.Silo.Settings;

/// <summary>What keeps grain state.</summary>
public enum StorageKind
{
    /// <summary>The silo's memory.</summary>
    Memory = 0,

    /// <summary>One file of one silo.</summary>
    Sqlite,

    /// <summary>A database for many silos.</summary>
    PostgreSql,

    /// <summary>A server for many silos.</summary>
    Redis,
}
