using System.Net;
using DmaGrains.Storage.PostgreSql;
using DmaGrains.Storage.Redis;
using Microsoft.Extensions.Configuration;

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

    /// <summary>Where grain state is kept.</summary>
    public StorageKind Storage { get; init; }

    /// <summary>The SQLite file; not null when state is kept there.</summary>
    public string? DataFile { get; init; }

    /// <summary>Where silos find each other.</summary>
    public ClusteringKind Clustering { get; init; }

    /// <summary>The database; not null when something is kept there. A secret.</summary>
    public string? PostgreSql { get; init; }

    /// <summary>The Redis server; not null when something is kept there. A secret.</summary>
    public string? Redis { get; init; }

    /// <summary>TCP port for other silos, 1 to 65535.</summary>
    public int SiloPort { get; init; } = 11111;

    /// <summary>TCP port for clients, 1 to 65535.</summary>
    public int GatewayPort { get; init; } = 30000;

    /// <summary>Where both ports are opened.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>Where others reach this silo.</summary>
    public IPAddress Advertise { get; init; } = IPAddress.Loopback;

    /// <summary>HTTP port for health on loopback, or null.</summary>
    public int? HealthPort { get; init; }

    /// <summary>How log lines look.</summary>
    public LogFormat Logs { get; init; }

    /// <summary>Reads settings and checks that they go together.</summary>
    /// <exception cref="FormatException">They do not; the message names setting and value, and says what was expected.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var reader = new SettingReader(configuration);
        var standard = new SiloSettings();
        var file = reader.Text(Setting.Data);
        var listen = reader.Address(Setting.Listen) ?? standard.Listen;
        var settings = new SiloSettings
        {
            Storage = reader.Word(Setting.Storage, _storages) ?? (file is null ? StorageKind.Memory : StorageKind.Sqlite),
            DataFile = file,
            Clustering = reader.Word(Setting.Clustering, _clusterings) ?? standard.Clustering,
            PostgreSql = reader.Text(Setting.PostgreSql),
            Redis = reader.Text(Setting.Redis),
            SiloPort = reader.Port(Setting.SiloPort) ?? standard.SiloPort,
            GatewayPort = reader.Port(Setting.GatewayPort) ?? standard.GatewayPort,
            Listen = listen,
            Advertise = reader.Address(Setting.Advertise) ?? listen,
            HealthPort = reader.Port(Setting.HealthPort),
            Logs = reader.Word(Setting.Logs, _formats) ?? standard.Logs,
        };
        settings.CheckPlaces();
        settings.CheckAddresses();
        return settings;
    }

    private void CheckPlaces()
    {
        CheckGiven(Setting.Data, DataFile is not null, Storage == StorageKind.Sqlite, "storage sqlite");
        var usesPostgreSql = Storage == StorageKind.PostgreSql || Clustering == ClusteringKind.PostgreSql;
        CheckGiven(Setting.PostgreSql, PostgreSql is not null, usesPostgreSql, "storage or clustering postgresql");
        var usesRedis = Storage == StorageKind.Redis || Clustering == ClusteringKind.Redis;
        CheckGiven(Setting.Redis, Redis is not null, usesRedis, "storage or clustering redis");
        if (Clustering != ClusteringKind.Localhost && Storage is StorageKind.Memory or StorageKind.Sqlite)
        {
            throw new FormatException(
                $"storage '{NameOf(_storages, Storage)}' belongs to one silo, but clustering is '{NameOf(_clusterings, Clustering)}': expected storage postgresql or redis.");
        }

        if (PostgreSql is not null)
        {
            PostgreSqlConnection.Parse(PostgreSql);
        }

        if (Redis is not null)
        {
            RedisProvider.Parse(Redis);
        }
    }

    private void CheckAddresses()
    {
        (string Name, int? Port)[] ports =
            [(Setting.SiloPort.Name, SiloPort), (Setting.GatewayPort.Name, GatewayPort), (Setting.HealthPort.Name, HealthPort)];
        for (var index = 1; index < ports.Length; index++)
        {
            var (name, port) = ports[index];
            if (ports[..index].FirstOrDefault(other => other.Port == port).Name is { } same)
            {
                throw new FormatException($"{same} and {name} are both {port}: expected two ports.");
            }
        }

        if (Advertise.Equals(IPAddress.Any) || Advertise.Equals(IPAddress.IPv6Any))
        {
            throw new FormatException($"advertise '{Advertise}' stands for every address: expected one at which others reach this silo.");
        }
    }

    /// <summary>What is used is given, and what is given is used: a forgotten setting must not look like one that works.</summary>
    private static void CheckGiven(Setting setting, bool isGiven, bool isUsed, string use)
    {
        if (isGiven != isUsed)
        {
            throw new FormatException(isGiven
                ? $"{setting.Name} is given but not used: expected {use} with it."
                : $"{setting.Name} is not given, but {use} needs it: expected {setting.Expected}.");
        }
    }

    private static string NameOf<T>(Dictionary<string, T> words, T value)
        where T : struct =>
        words.First(word => word.Value.Equals(value)).Key;
}
