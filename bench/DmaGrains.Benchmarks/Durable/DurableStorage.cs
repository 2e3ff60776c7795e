namespace DmaGrains.Benchmarks.Durable;

/// <summary>A storage that is measured.</summary>
/// <param name="Name">Which one.</param>
/// <param name="Where">What it is told, such as a connection string; empty for a file.</param>
/// <param name="WhereBefore">The same for the build that is compared with, which must not share a database with this one; null where it has none.</param>
internal sealed record DurableStorage(string Name, string Where, string? WhereBefore)
{
    public const string Sqlite = "sqlite";
    public const string PostgreSql = "postgresql";
    private const string Redis = "redis";

    /// <summary>SQLite, and the servers that environment variables name.</summary>
    public static IEnumerable<DurableStorage> Given()
    {
        yield return new(Sqlite, string.Empty, string.Empty);
        foreach (var (name, variable) in (IEnumerable<(string, string)>)[(PostgreSql, "DMAGRAINS_POSTGRESQL"), (Redis, "DMAGRAINS_REDIS")])
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } where)
            {
                yield return new(name, where, Environment.GetEnvironmentVariable($"{variable}_BEFORE"));
            }
        }
    }
}
