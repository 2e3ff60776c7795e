using System.Net;
using DmaGrains.Storage.PostgreSql;
using DmaGrains.Storage.Redis;
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

    /// <summary>HTTP port for health on loopback, or null.</summary>
    public int? HealthPort { get; set; }

    /// <summary>The format of log lines.</summary>
    public LogFormat Logs { get; set; }

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
        HealthPort = reader.Port(Setting.HealthPort);
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
            [(Setting.SiloPort.Name, SiloPort), (Setting.GatewayPort.Name, GatewayPort), (Setting.HealthPort.Name, HealthPort)];
        return ports.Where(port => port.Port is not null).GroupBy(port => port.Port, port => port.Name)
            .Where(same => same.Count() > 1)
            .Select(same => $"{string.Join(" and ", same)} are {(same.Count() == 2 ? "both" : "all")} {same.Key}: expected a port for each.");
    }

    private IEnumerable<string> Everywhere() => Advertise.Equals(IPAddress.Any) || Advertise.Equals(IPAddress.IPv6Any)
        ? [$"advertise '{Advertise}' stands for every address: expected one at which others reach this silo."]
        : [];

    private static string NameOf<T>(Dictionary<string, T> words, T value)
        where T : struct =>
        words.First(word => word.Value.Equals(value)).Key;
}
