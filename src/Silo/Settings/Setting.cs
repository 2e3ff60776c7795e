namespace DmaGrains.Silo.Settings;

/// <summary>Something that an operator may set.</summary>
/// <param name="Name">On the command line after two dashes; in the environment in capitals after DMAGRAINS_, with underscores.</param>
/// <param name="Expected">What its value is.</param>
/// <param name="Purpose">One sentence.</param>
public sealed record Setting(string Name, string Expected, string Purpose)
{
    /// <summary><c>storage</c>.</summary>
    public static Setting Storage { get; } = new(
        "storage", "memory, sqlite, postgresql or redis", "Where grain state is kept; memory unless data is given.");

    /// <summary><c>data</c>.</summary>
    public static Setting Data { get; } = new(
        "data", "a file", "The SQLite file; it is made when there is none.");

    /// <summary><c>clustering</c>.</summary>
    public static Setting Clustering { get; } = new(
        "clustering", "localhost, postgresql or redis", "Where silos find each other; localhost is a silo by itself.");

    /// <summary><c>postgresql</c>. A secret.</summary>
    public static Setting PostgreSql { get; } = new(
        "postgresql", "Host=…;Database=…;Username=…;Password=…", "The database, as Npgsql reads it.");

    /// <summary><c>redis</c>. A secret.</summary>
    public static Setting Redis { get; } = new(
        "redis", "HOST:PORT,password=…", "The server, as StackExchange.Redis reads it.");

    /// <summary><c>silo-port</c>.</summary>
    public static Setting SiloPort { get; } = new(
        "silo-port", "1 to 65535", "TCP port for other silos; 11111 when not given.");

    /// <summary><c>gateway-port</c>.</summary>
    public static Setting GatewayPort { get; } = new(
        "gateway-port", "1 to 65535", "TCP port for clients; 30000 when not given.");

    /// <summary><c>listen</c>.</summary>
    public static Setting Listen { get; } = new(
        "listen", "an IP address", "Where both ports are opened; 127.0.0.1 when not given.");

    /// <summary><c>advertise</c>.</summary>
    public static Setting Advertise { get; } = new(
        "advertise", "an IP address", "Where others reach this silo; what listen says when not given.");

    /// <summary><c>health-port</c>.</summary>
    public static Setting HealthPort { get; } = new(
        "health-port", "1 to 65535", "HTTP port on loopback for /live and /ready; none when not given.");

    /// <summary><c>logs</c>.</summary>
    public static Setting Logs { get; } = new(
        "logs", "text or json", "How log lines on standard output look; text when not given.");

    /// <summary>All settings.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Storage, Data, Clustering, PostgreSql, Redis, SiloPort, GatewayPort, Listen, Advertise, HealthPort, Logs,
    ];
}
