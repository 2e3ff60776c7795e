namespace DmaGrains.Silo.Settings;

/// <summary>A setting of the silo.</summary>
/// <param name="Name">Its name: on the command line after two dashes; in the environment after DMAGRAINS_, in capitals with underscores.</param>
/// <param name="Expected">A description of its values.</param>
/// <param name="Purpose">Its purpose, in one sentence.</param>
public sealed record Setting(string Name, string Expected, string Purpose)
{
    /// <summary><c>storage</c>.</summary>
    public static Setting Storage { get; } = new(
        "storage", "memory, sqlite, postgresql or redis", "Where grain state is kept; default memory, or sqlite when data is given.");

    /// <summary><c>data</c>.</summary>
    public static Setting Data { get; } = new(
        "data", "a file", "The SQLite file; it is created when there is none.");

    /// <summary><c>clustering</c>.</summary>
    public static Setting Clustering { get; } = new(
        "clustering", "localhost, postgresql or redis", "Where silos find each other; localhost means a single silo.");

    /// <summary><c>postgresql</c>. A secret.</summary>
    public static Setting PostgreSql { get; } = new(
        "postgresql", "Host=…;Database=…;Username=…;Password=…", "The database, as Npgsql reads it.");

    /// <summary><c>redis</c>. A secret.</summary>
    public static Setting Redis { get; } = new(
        "redis", "HOST:PORT,password=…", "The server, as StackExchange.Redis reads it.");

    /// <summary><c>silo-port</c>.</summary>
    public static Setting SiloPort { get; } = new(
        "silo-port", "1 to 65535", "TCP port for other silos; default 11111.");

    /// <summary><c>gateway-port</c>.</summary>
    public static Setting GatewayPort { get; } = new(
        "gateway-port", "1 to 65535", "TCP port for clients; default 30000.");

    /// <summary><c>listen</c>.</summary>
    public static Setting Listen { get; } = new(
        "listen", "an IP address", "The address on which both ports are opened; default 127.0.0.1.");

    /// <summary><c>advertise</c>.</summary>
    public static Setting Advertise { get; } = new(
        "advertise", "an IP address", "The address at which others reach this silo; default: that of listen.");

    /// <summary><c>health-port</c>.</summary>
    public static Setting HealthPort { get; } = new(
        "health-port", "1 to 65535", "HTTP port on loopback for /live and /ready; default: none.");

    /// <summary><c>logs</c>.</summary>
    public static Setting Logs { get; } = new(
        "logs", "text or json", "The format of log lines on standard output; default text.");

    /// <summary>All settings.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Storage, Data, Clustering, PostgreSql, Redis, SiloPort, GatewayPort, Listen, Advertise, HealthPort, Logs,
    ];
}
