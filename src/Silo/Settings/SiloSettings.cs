using System.Net;
using DmaGrains.Silo.Access;
using DmaGrains.Silo.Gateways;
using DmaGrains.Silo.Http;
using DmaGrains.Storage.PostgreSql;
using DmaGrains.Storage.Redis;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DmaGrains.Silo.Settings;

/// <summary>How a silo is hosted; <see cref="Setting"/> says what each is for.</summary>
public sealed record SiloSettings
{
    private static readonly Dictionary<string, StorageKind> _storages = new()
    {
        ["memory"] = StorageKind.Memory,
        ["sqlite"] = StorageKind.Sqlite,
        ["postgresql"] = StorageKind.PostgreSql,
        ["redis"] = StorageKind.Redis,
    };

    private static readonly Dictionary<string, ClusteringKind> _clusterings = new()
    {
        ["localhost"] = ClusteringKind.Localhost,
        ["postgresql"] = ClusteringKind.PostgreSql,
        ["redis"] = ClusteringKind.Redis,
    };

    private static readonly Dictionary<string, LogFormat> _formats = new()
    {
        ["text"] = LogFormat.Text,
        ["json"] = LogFormat.Json,
    };

    private static readonly Dictionary<string, bool> _siloInsecure = new() { [Setting.SiloInsecureWord] = true };
    private static readonly Dictionary<string, bool> _insecure = new() { [Setting.HttpInsecureWord] = true };

    private const int HttpRateMax = 1_000_000;

    private static readonly Dictionary<string, bool> _switches = new()
    {
        ["on"] = true,
        ["off"] = false,
    };

    private static readonly Dictionary<string, bool> _otlpProtocols = new()
    {
        ["grpc"] = false,
        ["http"] = true,
    };

    /// <summary>The kind of storage for grain state.</summary>
    public StorageKind Storage { get; set; }

    /// <summary>The SQLite file; not null when state is stored there.</summary>
    public string? DataFile { get; set; }

    /// <summary>Where silos find each other.</summary>
    public ClusteringKind Clustering { get; set; }

    /// <summary>The PostgreSQL connection string; not null when state or membership is stored there. A secret.</summary>
    public string? PostgreSql { get; set; }

    /// <summary>The Redis configuration; not null when state or membership is stored there. A secret.</summary>
    public string? Redis { get; set; }

    /// <summary>TCP port for other silos, 1 to 65535.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>TCP port for clients, 1 to 65535.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>The address on which both ports listen.</summary>
    public IPAddress Listen { get; set; } = IPAddress.Loopback;

    /// <summary>The address at which others reach this silo.</summary>
    public IPAddress Advertise { get; set; } = IPAddress.Loopback;

    /// <summary>The PEM file of the silo's certificate; null for no TLS between silos and to clients.</summary>
    public string? TlsCertificate { get; set; }

    /// <summary>The PEM file of its private key; null when that is in the same file.</summary>
    public string? TlsKey { get; set; }

    /// <summary>The PEM file of the cluster's authority; not null with a certificate.</summary>
    public string? TlsCa { get; set; }

    /// <summary>Whether clients have to show a certificate.</summary>
    public bool TlsClients { get; set; }

    /// <summary>Whether both ports may be open beyond loopback to whoever reaches them.</summary>
    public bool SiloIsInsecure { get; set; }

    /// <summary>HTTP port for health on loopback, or null.</summary>
    public int? HealthPort { get; set; }

    /// <summary>TCP port of the HTTP API, or null.</summary>
    public int? HttpPort { get; set; }

    /// <summary>The address on which that port listens; null for loopback.</summary>
    public IPAddress? HttpListen { get; set; }

    /// <summary>The PEM file of the HTTP API's certificate; null for no TLS.</summary>
    public string? HttpCertificate { get; set; }

    /// <summary>The PEM file of its private key; null when that is in the same file.</summary>
    public string? HttpKey { get; set; }

    /// <summary>Whether the HTTP API may listen beyond loopback without TLS.</summary>
    public bool HttpIsInsecure { get; set; }

    /// <summary>The most HTTP requests of one address in a second, 1 to 1000000; null for 1000.</summary>
    public int? HttpRate { get; set; }

    /// <summary>The file of tokens, or null.</summary>
    public string? TokenFile { get; set; }

    /// <summary>A token for reading, or null. A secret.</summary>
    public string? ReadToken { get; set; }

    /// <summary>A token for changing, or null. A secret.</summary>
    public string? ChangeToken { get; set; }

    /// <summary>Whether the HTTP API tells Prometheus what is measured.</summary>
    public bool Prometheus { get; set; }

    /// <summary>The collector that is sent what is measured, or null.</summary>
    public Uri? Otlp { get; set; }

    /// <summary>Whether the collector takes it over HTTP, not gRPC; null for gRPC.</summary>
    public bool? OtlpOverHttp { get; set; }

    /// <summary>Whether the collector is sent traces, too.</summary>
    public bool Traces { get; set; }

    /// <summary>The format of log lines.</summary>
    public LogFormat Logs { get; set; }

    /// <summary>Whether anybody is told what is measured.</summary>
    internal bool IsMeasured => Prometheus || Otlp is not null;

    /// <summary>Whether callers need a token.</summary>
    internal bool HasTokens => (TokenFile ?? ReadToken ?? ChangeToken) is not null;

    /// <summary>The type alone: there are secrets among the settings.</summary>
    public override string ToString() => nameof(SiloSettings);

    /// <summary>Reads settings and checks that they go together.</summary>
    /// <exception cref="OptionsValidationException">
    /// They are invalid; each failure is a line that names setting and value and tells what was expected.
    /// </exception>
    public static SiloSettings Read(SettingSources sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var binding = new SettingBinding(sources);
        return new OptionsFactory<SiloSettings>([binding], [], [binding]).Create(Options.DefaultName);
    }

    /// <summary>Takes the values from a reader, which collects faults.</summary>
    internal void Take(SettingReader reader)
    {
        DataFile = reader.Text(Setting.Data);
        Storage = reader.Word(Setting.Storage, _storages) ?? (DataFile is null ? StorageKind.Memory : StorageKind.Sqlite);
        Clustering = reader.Word(Setting.Clustering, _clusterings) ?? Clustering;
        PostgreSql = reader.Text(Setting.PostgreSql);
        Redis = reader.Text(Setting.Redis);
        SiloPort = reader.Port(Setting.SiloPort) ?? SiloPort;
        GatewayPort = reader.Port(Setting.GatewayPort) ?? GatewayPort;
        Listen = reader.Address(Setting.Listen) ?? Listen;
        Advertise = reader.Address(Setting.Advertise) ?? Listen;
        TlsCertificate = reader.Text(Setting.TlsCertificate);
        TlsKey = reader.Text(Setting.TlsKey);
        TlsCa = reader.Text(Setting.TlsCa);
        TlsClients = reader.Word(Setting.TlsClients, _switches) ?? TlsClients;
        SiloIsInsecure = reader.Word(Setting.SiloInsecure, _siloInsecure) ?? SiloIsInsecure;
        HealthPort = reader.Port(Setting.HealthPort);
        HttpPort = reader.Port(Setting.HttpPort);
        HttpListen = reader.Address(Setting.HttpListen);
        HttpCertificate = reader.Text(Setting.HttpCertificate);
        HttpKey = reader.Text(Setting.HttpKey);
        HttpIsInsecure = reader.Word(Setting.HttpInsecure, _insecure) ?? HttpIsInsecure;
        HttpRate = reader.Number(Setting.HttpRate, HttpRateMax);
        TokenFile = reader.Text(Setting.TokenFile);
        ReadToken = reader.Token(Setting.ReadToken);
        ChangeToken = reader.Token(Setting.ChangeToken);
        Prometheus = reader.Word(Setting.Prometheus, _switches) ?? Prometheus;
        Otlp = reader.Server(Setting.Otlp);
        OtlpOverHttp = reader.Word(Setting.OtlpProtocol, _otlpProtocols);
        Traces = reader.Word(Setting.Traces, _switches) ?? Traces;
        Logs = reader.Word(Setting.Logs, _formats) ?? Logs;
    }

    /// <summary>The settings that do not go together.</summary>
    internal IEnumerable<string> Faults() =>
    [
        .. NotGiven(Setting.Data, DataFile is not null, Storage == StorageKind.Sqlite, "storage sqlite"),
        .. NotGiven(
            Setting.PostgreSql,
            PostgreSql is not null,
            Storage == StorageKind.PostgreSql || Clustering == ClusteringKind.PostgreSql,
            "storage or clustering postgresql"),
        .. NotGiven(
            Setting.Redis,
            Redis is not null,
            Storage == StorageKind.Redis || Clustering == ClusteringKind.Redis,
            "storage or clustering redis"),
        .. NotShared(),
        .. Malformed(PostgreSql, text => PostgreSqlConnection.Parse(text)),
        .. Malformed(Redis, text => RedisProvider.Parse(text)),
        .. Tls(),
        .. SiloIsOpen(),
        .. WithoutHttp(),
        .. WithoutCollector(),
        .. HttpIsOpen(),
        .. Malformed(TokenFile, file => _ = new TokenStore(this, TimeProvider.System, NullLogger.Instance)),
        .. Malformed(HttpCertificate, file => _ = new HttpTls(this, TimeProvider.System, NullLogger.Instance)),
        .. SamePorts(),
        .. Everywhere(),
    ];

    /// <summary>Faults when a used setting is missing or a given one is unused, so that no setting is silently ignored.</summary>
    private static IEnumerable<string> NotGiven(Setting setting, bool isGiven, bool isUsed, string use) => (isGiven, isUsed) switch
    {
        (true, false) => [$"{setting.Name} is given but not used: expected {use} with it."],
        (false, true) => [$"{setting.Name} is not given, but {use} needs it: expected {setting.Expected}."],
        _ => [],
    };

    private IEnumerable<string> NotShared() => Clustering != ClusteringKind.Localhost && Storage is StorageKind.Memory or StorageKind.Sqlite
        ? [$"storage '{NameOf(_storages, Storage)}' belongs to one silo, but clustering is '{NameOf(_clusterings, Clustering)}': expected storage postgresql or redis."]
        : [];

    private static IEnumerable<string> Malformed(string? connection, Action<string> parse)
    {
        try
        {
            if (connection is not null)
            {
                parse(connection);
            }

            return [];
        }
        catch (FormatException problem)
        {
            return [problem.Message];
        }
    }

    private IEnumerable<string> SamePorts()
    {
        (string Name, int? Port)[] ports =
            [(Setting.SiloPort.Name, SiloPort), (Setting.GatewayPort.Name, GatewayPort), (Setting.HealthPort.Name, HealthPort), (Setting.HttpPort.Name, HttpPort)];
        return ports.Where(port => port.Port is not null).GroupBy(port => port.Port, port => port.Name)
            .Where(same => same.Count() > 1)
            .Select(same => $"{string.Join(" and ", same)} are {(same.Count() == 2 ? "both" : "all")} {same.Key}: expected a port for each.");
    }

    /// <summary>Settings of TLS that do not go together, or cannot be read.</summary>
    private IEnumerable<string> Tls()
    {
        if (TlsCertificate is not null)
        {
            return TlsCa is null
                ? [$"{Setting.TlsCa.Name} is not given, but {Setting.TlsCertificate.Name} needs it: expected {Setting.TlsCa.Expected}."]
                : Malformed(TlsCertificate, file => _ = new SiloTls(this, TimeProvider.System, NullLogger.Instance));
        }

        (Setting Setting, bool IsGiven)[] given = [(Setting.TlsKey, TlsKey is not null), (Setting.TlsCa, TlsCa is not null), (Setting.TlsClients, TlsClients)];
        return given.Where(each => each.IsGiven).SelectMany(each => NotGiven(each.Setting, isGiven: true, isUsed: false, Setting.TlsCertificate.Name));
    }

    /// <summary>What is missing, or too much, where both ports are open beyond loopback.</summary>
    private IEnumerable<string> SiloIsOpen()
    {
        var isOpen = !IPAddress.IsLoopback(Listen);
        var isSafe = TlsCertificate is not null && (TlsClients || HasTokens);
        if (isOpen && !isSafe && !SiloIsInsecure)
        {
            yield return TlsCertificate is null
                ? $"listen '{Listen}' is beyond loopback and nothing is encrypted: expected {Setting.TlsCertificate.Name} with it, or {Setting.SiloInsecure.Name} {Setting.SiloInsecureWord}."
                : $"listen '{Listen}' lets every client there read and change: expected {Setting.TlsClients.Name} on, {Setting.TokenFile.Name}, {Setting.ReadToken.Name} or {Setting.ChangeToken.Name} with it, or {Setting.SiloInsecure.Name} {Setting.SiloInsecureWord}.";
        }

        if (SiloIsInsecure && (!isOpen || isSafe))
        {
            yield return $"{Setting.SiloInsecure.Name} is given but not used: expected {Setting.Listen.Name} beyond loopback with it, and not both TLS and something that clients need.";
        }
    }

    /// <summary>Settings of the HTTP API that are given without it.</summary>
    private IEnumerable<string> WithoutHttp()
    {
        (Setting Setting, bool IsGiven)[] given =
        [
            (Setting.HttpListen, HttpListen is not null), (Setting.HttpCertificate, HttpCertificate is not null), (Setting.HttpKey, HttpKey is not null),
            (Setting.HttpInsecure, HttpIsInsecure), (Setting.HttpRate, HttpRate is not null), (Setting.Prometheus, Prometheus),
        ];
        return HttpPort is not null ? [] : given.Where(each => each.IsGiven).SelectMany(each => NotGiven(each.Setting, isGiven: true, isUsed: false, Setting.HttpPort.Name));
    }

    /// <summary>Settings of a collector that are given without one.</summary>
    private IEnumerable<string> WithoutCollector()
    {
        (Setting Setting, bool IsGiven)[] given = [(Setting.OtlpProtocol, OtlpOverHttp is not null), (Setting.Traces, Traces)];
        return Otlp is not null ? [] : given.Where(each => each.IsGiven).SelectMany(each => NotGiven(each.Setting, isGiven: true, isUsed: false, Setting.Otlp.Name));
    }

    /// <summary>What is missing, or too much, where the HTTP API listens beyond loopback.</summary>
    private IEnumerable<string> HttpIsOpen()
    {
        if (HttpPort is not null && HttpKey is not null && HttpCertificate is null)
        {
            yield return $"{Setting.HttpKey.Name} is given but not used: expected {Setting.HttpCertificate.Name} with it.";
        }

        var isOpen = HttpPort is not null && HttpListen is not null && !IPAddress.IsLoopback(HttpListen);
        if (isOpen && !HasTokens)
        {
            yield return $"http-listen '{HttpListen}' lets everyone there read and change: expected token-file, read-token or change-token with it.";
        }

        if (isOpen && HttpCertificate is null && !HttpIsInsecure)
        {
            yield return $"http-listen '{HttpListen}' is beyond loopback and nothing is encrypted: expected http-certificate with it, or http-insecure {Setting.HttpInsecureWord}.";
        }

        if (HttpPort is not null && HttpIsInsecure && (!isOpen || HttpCertificate is not null))
        {
            yield return $"{Setting.HttpInsecure.Name} is given but not used: expected {Setting.HttpListen.Name} beyond loopback with it, and no {Setting.HttpCertificate.Name}.";
        }
    }

    private IEnumerable<string> Everywhere() => Advertise.Equals(IPAddress.Any) || Advertise.Equals(IPAddress.IPv6Any)
        ? [$"advertise '{Advertise}' stands for every address: expected one at which others reach this silo."]
        : [];

    private static string NameOf<T>(Dictionary<string, T> words, T value)
        where T : struct =>
        words.First(word => word.Value.Equals(value)).Key;
}
