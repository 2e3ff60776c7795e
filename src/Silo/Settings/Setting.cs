namespace DmaGrains.Silo.Settings;

/// <summary>A setting of the silo.</summary>
/// <param name="Name">Its name: on the command line after two dashes; in the environment after DMAGRAINS_, in capitals with underscores.</param>
/// <param name="Expected">A description of its values.</param>
/// <param name="Purpose">Its purpose, in one sentence.</param>
public sealed record Setting(string Name, string Expected, string Purpose)
{
    /// <summary>The value of <c>silo-insecure</c>, which says what it means.</summary>
    internal const string SiloInsecureWord = "whoever-reaches-the-ports-is-trusted";

    /// <summary>The value of <c>http-insecure</c>, which says what it means.</summary>
    internal const string HttpInsecureWord = "tokens-can-be-read-on-the-way";

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

    /// <summary><c>tls-certificate</c>.</summary>
    public static Setting TlsCertificate { get; } = new(
        "tls-certificate", "a PEM file", "The certificate of this silo for other silos and for clients; default: no TLS.");

    /// <summary><c>tls-key</c>.</summary>
    public static Setting TlsKey { get; } = new(
        "tls-key", "a PEM file", "The private key of tls-certificate; default: in the same file.");

    /// <summary><c>tls-ca</c>.</summary>
    public static Setting TlsCa { get; } = new(
        "tls-ca", "a PEM file", "The authority of the cluster's own: whoever has a certificate from it belongs to the cluster.");

    /// <summary><c>tls-clients</c>.</summary>
    public static Setting TlsClients { get; } = new(
        "tls-clients", "on or off", "Whether clients have to show a certificate, too; default off.");

    /// <summary><c>silo-insecure</c>.</summary>
    public static Setting SiloInsecure { get; } = new(
        "silo-insecure", SiloInsecureWord, "Lets both ports be opened beyond loopback without TLS, or to clients without a token or certificate.");

    /// <summary><c>health-port</c>.</summary>
    public static Setting HealthPort { get; } = new(
        "health-port", "1 to 65535", "HTTP port on loopback for /live and /ready; default: none.");

    /// <summary><c>http-port</c>.</summary>
    public static Setting HttpPort { get; } = new(
        "http-port", "1 to 65535", "TCP port of the HTTP API; default: none.");

    /// <summary><c>http-listen</c>.</summary>
    public static Setting HttpListen { get; } = new(
        "http-listen", "an IP address", "The address on which http-port is opened; default 127.0.0.1.");

    /// <summary><c>http-certificate</c>.</summary>
    public static Setting HttpCertificate { get; } = new(
        "http-certificate", "a PEM file", "The certificate of the HTTP API, then those that vouch for it; default: no TLS.");

    /// <summary><c>http-key</c>.</summary>
    public static Setting HttpKey { get; } = new(
        "http-key", "a PEM file", "The private key of http-certificate; default: in the same file.");

    /// <summary><c>http-insecure</c>.</summary>
    public static Setting HttpInsecure { get; } = new(
        "http-insecure", HttpInsecureWord, "Lets the HTTP API listen beyond loopback without TLS: whoever is on the way reads tokens and data.");

    /// <summary><c>http-rate</c>.</summary>
    public static Setting HttpRate { get; } = new(
        "http-rate", "1 to 1000000", "The most HTTP requests of one address in a second; default 1000.");

    /// <summary><c>token-file</c>.</summary>
    public static Setting TokenFile { get; } = new(
        "token-file", "a file", "Tokens that let callers in, each line 'read TOKEN' or 'change TOKEN'; read again when it changes.");

    /// <summary><c>read-token</c>. A secret.</summary>
    public static Setting ReadToken { get; } = new(
        "read-token", "16 to 256 of a-z, A-Z, 0-9 and -._~+/=", "A token that lets its bearer read.");

    /// <summary><c>change-token</c>. A secret.</summary>
    public static Setting ChangeToken { get; } = new(
        "change-token", "16 to 256 of a-z, A-Z, 0-9 and -._~+/=", "A token that lets its bearer read and change.");

    /// <summary><c>prometheus</c>.</summary>
    public static Setting Prometheus { get; } = new(
        "prometheus", "on or off", "Whether /metrics of the HTTP API tells Prometheus what is measured; default off.");

    /// <summary><c>otlp</c>.</summary>
    public static Setting Otlp { get; } = new(
        "otlp", "http://HOST:PORT or https://HOST:PORT", "The collector that is sent what is measured, as OpenTelemetry has it; default: none.");

    /// <summary><c>otlp-protocol</c>.</summary>
    public static Setting OtlpProtocol { get; } = new(
        "otlp-protocol", "grpc or http", "How the collector takes it; default grpc.");

    /// <summary><c>traces</c>.</summary>
    public static Setting Traces { get; } = new(
        "traces", "on or off", "Whether the collector is sent traces, too; default off.");

    /// <summary><c>logs</c>.</summary>
    public static Setting Logs { get; } = new(
        "logs", "text or json", "The format of log lines on standard output; default text.");

    /// <summary>All settings.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Storage, Data, Clustering, PostgreSql, Redis, SiloPort, GatewayPort, Listen, Advertise,
        TlsCertificate, TlsKey, TlsCa, TlsClients, SiloInsecure, HealthPort,
        HttpPort, HttpListen, HttpCertificate, HttpKey, HttpInsecure, HttpRate, TokenFile, ReadToken, ChangeToken,
        Prometheus, Otlp, OtlpProtocol, Traces, Logs,
    ];
}
