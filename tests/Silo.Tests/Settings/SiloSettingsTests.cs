using System.Collections;
using System.Net;
using CsCheck;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Gateways;
using DmaGrains.Silo.Tests.Machines;
using Microsoft.Extensions.Options;

namespace DmaGrains.Silo.Tests.Settings;

public sealed class SiloSettingsTests
{
    private const string PostgreSql = "Host=db1;Username=u;Password=secret-7Qx";
    private const string Token = "a-token-of-20-letter";
    private const string Insecure = "tokens-can-be-read-on-the-way";
    private const string Trusting = "whoever-reaches-the-ports-is-trusted";
    private const string Redis = "cache1:6379,password=secret-7Qx";

    [Fact]
    public void Nothing_set_is_a_silo_by_itself_in_memory_on_loopback()
    {
        var settings = Read();

        Assert.Equal(new SiloSettings(), settings);
        Assert.Equal(StorageKind.Memory, settings.Storage);
        Assert.Equal(ClusteringKind.Localhost, settings.Clustering);
        Assert.Equal(IPAddress.Loopback, settings.Listen);
        Assert.Equal(IPAddress.Loopback, settings.Advertise);
        Assert.Equal((11111, 30000, null), (settings.SiloPort, settings.GatewayPort, settings.HealthPort));
    }

    [Fact]
    public void A_file_is_storage_enough()
    {
        var settings = Read("--data", "state.db");

        Assert.Equal((StorageKind.Sqlite, "state.db"), (settings.Storage, settings.DataFile));
    }

    [Fact]
    public void The_command_line_wins_over_the_environment()
    {
        var environment = new Hashtable
        {
            ["DMAGRAINS_GATEWAY_PORT"] = "5000",
            ["DMAGRAINS_SILO_PORT"] = "5001",
            ["GATEWAY_PORT"] = "5002",
        };

        var settings = SiloSettings.Read(SettingSources.Load(["--gateway-port=6000"], environment));

        Assert.Equal((6000, 5001), (settings.GatewayPort, settings.SiloPort));
    }

    [Fact]
    public void Advertised_address_is_the_one_that_is_listened_on_unless_stated()
    {
        Assert.Equal(IPAddress.Parse("10.0.0.7"), Read("--listen", "10.0.0.7", "--silo-insecure", Trusting).Advertise);
        Assert.Equal(IPAddress.Parse("10.0.0.8"), Read("--listen", "0.0.0.0", "--advertise", "10.0.0.8", "--silo-insecure", Trusting).Advertise);
    }

    [Theory]
    [InlineData("storage 'floppy'", "--storage", "floppy")]
    [InlineData("clustering 'multicast'", "--clustering", "multicast")]
    [InlineData("logs 'xml'", "--logs", "xml")]
    [InlineData("health-port '0'", "--health-port", "0")]
    [InlineData("gateway-port '65536'", "--gateway-port", "65536")]
    [InlineData("silo-port ' 1'", "--silo-port", " 1")]
    [InlineData("listen 'db1'", "--listen", "db1")]
    [InlineData("advertise '0.0.0.0'", "--listen", "0.0.0.0", "--silo-insecure", Trusting)]
    [InlineData("advertise '::'", "--listen", "::", "--silo-insecure", Trusting)]
    [InlineData("silo-port and gateway-port are both 5000", "--silo-port", "5000", "--gateway-port", "5000")]
    [InlineData("gateway-port and health-port are both 30000: expected a port for each", "--health-port", "30000")]
    [InlineData("prometheus 'yes'", "--prometheus", "yes")]
    [InlineData("prometheus is given but not used: expected http-port", "--prometheus", "on")]
    [InlineData("otlp 'collector'", "--otlp", "collector")]
    [InlineData("otlp from --otlp has a value that is not repeated", "--otlp", "ftp://collector")]
    [InlineData("otlp from --otlp has a value that is not repeated", "--otlp", "http://collector:4318/v1/metrics")]
    [InlineData("otlp-protocol 'tcp'", "--otlp", "http://collector:4317", "--otlp-protocol", "tcp")]
    [InlineData("otlp-protocol is given but not used: expected otlp", "--otlp-protocol", "grpc")]
    [InlineData("traces is given but not used: expected otlp", "--traces", "on")]
    [InlineData("data is not given", "--storage", "sqlite")]
    [InlineData("data is given but not used", "--data", "state.db", "--storage", "memory")]
    [InlineData("postgresql is not given", "--storage", "postgresql")]
    [InlineData("postgresql is given but not used", "--postgresql", PostgreSql)]
    [InlineData("redis is not given", "--storage", "redis")]
    [InlineData("redis is given but not used", "--redis", Redis)]
    [InlineData("storage 'memory' belongs to one silo", "--clustering", "redis", "--redis", Redis)]
    [InlineData("storage 'sqlite' belongs to one silo", "--clustering", "redis", "--redis", Redis, "--data", "state.db")]
    [InlineData("http-rate '0'", "--http-port", "8080", "--http-rate", "0")]
    [InlineData("http-rate '1000001'", "--http-port", "8080", "--http-rate", "1000001")]
    [InlineData("http-insecure 'yes'", "--http-port", "8080", "--http-insecure", "yes")]
    [InlineData("http-listen is given but not used: expected http-port with it", "--http-listen", "127.0.0.1")]
    [InlineData("http-rate is given but not used: expected http-port with it", "--http-rate", "10")]
    [InlineData("http-key is given but not used: expected http-port with it", "--http-key", "key.pem")]
    [InlineData("listen '10.0.0.7' is beyond loopback and nothing is encrypted: expected tls-certificate with it, or silo-insecure", "--listen", "10.0.0.7")]
    [InlineData("listen '10.0.0.7' is beyond loopback and nothing is encrypted", "--listen", "10.0.0.7", "--read-token", Token)]
    [InlineData("silo-insecure 'yes'", "--listen", "10.0.0.7", "--silo-insecure", "yes")]
    [InlineData("silo-insecure is given but not used: expected listen beyond loopback", "--silo-insecure", Trusting)]
    [InlineData("tls-ca is not given, but tls-certificate needs it", "--tls-certificate", "silo.pem")]
    [InlineData("tls-certificate: '/no/such/file' cannot be read", "--tls-certificate", "/no/such/file", "--tls-ca", "/no/such/ca")]
    [InlineData("tls-key is given but not used: expected tls-certificate", "--tls-key", "silo.key")]
    [InlineData("tls-ca is given but not used: expected tls-certificate", "--tls-ca", "ca.pem")]
    [InlineData("tls-clients is given but not used: expected tls-certificate", "--tls-clients", "on")]
    [InlineData("http-insecure is given but not used: expected http-listen beyond loopback", "--http-port", "8080", "--http-insecure", Insecure)]
    [InlineData("http-key is given but not used: expected http-certificate with it", "--http-port", "8080", "--http-key", "key.pem")]
    [InlineData("http-listen '0.0.0.0' lets everyone there read and change", "--http-port", "8080", "--http-listen", "0.0.0.0", "--http-insecure", Insecure)]
    [InlineData("http-listen '10.0.0.7' is beyond loopback and nothing is encrypted", "--http-port", "8080", "--http-listen", "10.0.0.7", "--read-token", Token)]
    [InlineData("token-file: '/no/such/file' cannot be read", "--http-port", "8080", "--token-file", "/no/such/file")]
    [InlineData("http-certificate: '/no/such/file' cannot be read", "--http-port", "8080", "--http-certificate", "/no/such/file")]
    [InlineData("http-certificate '/etc/hostname': it is not a certificate with its key", "--http-port", "8080", "--http-certificate", "/etc/hostname")]
    [InlineData("gateway-port and http-port are both 30000", "--http-port", "30000")]
    [InlineData("'--storge' is not a setting", "--storge", "sqlite")]
    [InlineData("word 1 of the command line is not a setting", "sqlite")]
    [InlineData("'-storage' is not a setting", "-storage", "sqlite")]
    [InlineData("health-port has no value", "--health-port")]
    public void What_does_not_go_together_is_refused(string saying, params string[] args)
    {
        var refused = Assert.Single(FaultsOf(args));

        Assert.StartsWith(saying, refused, StringComparison.Ordinal);
        Assert.Contains("xpected ", refused, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused);
    }

    [Theory]
    [InlineData("postgresql", "Host=db1;Password=secret-7Qx;Port=secret-7Qx")]
    [InlineData("postgresql", "Host=db1;Password=secret-7Qx;secret-7Qx=1")]
    [InlineData("postgresql", "Username=u;Password=secret-7Qx")]
    [InlineData("postgresql", "postgres://u:secret-7Qx@db1/dmagrains")]
    [InlineData("postgresql", "secret-7Qx")]
    [InlineData("redis", "cache1,secret-7Qx=1")]
    [InlineData("redis", "cache1,connectTimeout=secret-7Qx")]
    [InlineData("redis", "password=secret-7Qx")]
    [InlineData("redis", "secret-7Qx")]
    [InlineData("redis", "redis://:secret-7Qx@cache1:6379")]
    [InlineData("redis", "rediss://u:secret-7Qx@cache1:6379/0")]
    [InlineData("redis", "u:secret-7Qx@cache1:6379")]
    [InlineData("redis", "secret-7Qx@cache1:6379")]
    [InlineData("redis", "cache1:6379,password=sec,secret-7Qx")]
    [InlineData("postgresql", "Host=postgres://u:secret-7Qx@db1/dmagrains")]
    [InlineData("postgresql", "Host=u:secret-7Qx@db1;Username=u")]
    public void What_is_malformed_beside_a_secret_is_not_repeated(string name, string value)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Read("--storage", name, $"--{name}", value));

        Assert.StartsWith($"{name} ", Assert.Single(refused.Failures), StringComparison.Ordinal);
        Assert.Contains(": expected ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("7Qx", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--storage", "redis://:secret-7Qx@cache1:6379")]
    [InlineData("--storage", PostgreSql)]
    [InlineData("--listen", "redis://:secret-7Qx@cache1:6379")]
    [InlineData("--gateway-port", Redis)]
    [InlineData("--redis", "redis", "secret-7Qx")]
    [InlineData("redis://:secret-7Qx@cache1:6379")]
    [InlineData("--redsi=redis://:secret-7Qx@cache1:6379")]
    [InlineData("--otlp", "http://u:secret-7Qx@collector:4317")]
    [InlineData("--http-port", "8080", "--read-token", "secret-7Qx")]
    [InlineData("--http-port", "8080", "--change-token", "secret-7Qx secret-7Qx")]
    [InlineData("--http-port", "secret-7Qx-secret-7Qx")]
    [InlineData("--http-port", "8080", "--http-insecure", "secret-7Qx-secret-7Qx")]
    public void A_secret_in_the_wrong_place_is_not_repeated(params string[] args) =>
        Assert.DoesNotContain("7Qx", Assert.Throws<OptionsValidationException>(() => Read(args)).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("postgresql", PostgreSql)]
    [InlineData("redis", Redis)]
    public void Storage_that_silos_share_lets_them_be_a_cluster(string name, string value)
    {
        var settings = Read("--storage", name, "--clustering", name, $"--{name}", value);

        Assert.Equal(name, settings.Storage.ToString(), ignoreCase: true);
        Assert.Equal(name, settings.Clustering.ToString(), ignoreCase: true);
    }

    [Fact]
    public void A_word_allows_http_beyond_loopback_without_TLS_to_bearers_of_tokens()
    {
        var settings = Read("--http-port", "8080", "--http-listen", "0.0.0.0", "--http-insecure", Insecure, "--read-token", Token);

        Assert.Equal((8080, IPAddress.Any, true), (settings.HttpPort, settings.HttpListen, settings.HttpIsInsecure));
    }

    [Fact]
    public void Both_ports_may_be_open_with_TLS_and_something_that_clients_need()
    {
        using var folder = new TemporaryFolder();
        using var certificates = new Certificates(folder);
        string[] open = ["--listen", "10.0.0.7", "--tls-certificate", certificates.Silo(), "--tls-ca", certificates.Ca];

        Assert.StartsWith("listen '10.0.0.7' lets every client there read and change", Assert.Single(FaultsOf(open)), StringComparison.Ordinal);
        Assert.Equal(certificates.Ca, Read([.. open, "--change-token", Token]).TlsCa);
        Assert.True(Read([.. open, "--tls-clients", "on"]).TlsClients);
        Assert.StartsWith("silo-insecure is given but not used", Assert.Single(FaultsOf([.. open, "--tls-clients", "on", "--silo-insecure", Trusting])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_is_none_or_for_clients_alone_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var certificates = new Certificates(folder);
        File.WriteAllText(folder.File("none.pem"), "secret-7Qx");

        Assert.Contains("it is not a certificate with its key", Assert.Single(FaultsOf("--tls-certificate", folder.File("none.pem"), "--tls-ca", certificates.Ca)), StringComparison.Ordinal);
        Assert.Contains("not for both servers and clients", Assert.Single(FaultsOf("--tls-certificate", certificates.ForClient(), "--tls-ca", certificates.Ca)), StringComparison.Ordinal);
        Assert.Contains("no certificate that stands for itself", Assert.Single(FaultsOf("--tls-certificate", certificates.Silo(), "--tls-ca", certificates.Silo())), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_measured_may_be_told_to_Prometheus_and_to_a_collector()
    {
        var settings = Read("--http-port", "8080", "--prometheus", "on", "--otlp", "http://collector:4318", "--otlp-protocol", "http", "--traces", "on");

        Assert.Equal((true, new Uri("http://collector:4318"), true, true), (settings.Prometheus, settings.Otlp, settings.OtlpOverHttp, settings.Traces));
        Assert.False(Read("--prometheus", "off").IsMeasured);
    }

    [Fact]
    public void Settings_show_no_secrets() =>
        Assert.DoesNotContain("7Qx", Read("--storage", "redis", "--redis", Redis).ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task Settings_file_that_is_no_JSON_is_refused_and_not_repeated()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("appsettings.json"), """{"postgresql": "secret-7Qx" """);

        var (code, said) = await ChildProcess.RunAsync("sh", ["-c", "cd \"$1\" && exec \"$0\"", SiloProcess.Program, folder.Path]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal("dmagrains silo: appsettings.json cannot be read: expected a JSON object.", said.Trim());
    }

    [Fact]
    public async Task Settings_file_is_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("appsettings.json"), """{"storage": "floppy"}""");

        var (code, said) = await ChildProcess.RunAsync("sh", ["-c", "cd \"$1\" && exec \"$0\"", SiloProcess.Program, folder.Path]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("storage 'floppy'", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"storge": "sqlite"}""", "'appsettings.json: storge' is not a setting: did you mean storage? Expected storage, data, ")]
    [InlineData("""{"storage": ["sqlite"]}""", "storage in appsettings.json is not a single value: expected memory, ")]
    public async Task Settings_file_with_what_is_no_setting_is_refused(string text, string saying)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("appsettings.json"), text);

        var (code, said) = await ChildProcess.RunAsync("sh", ["-c", "cd \"$1\" && exec \"$0\"", SiloProcess.Program, folder.Path]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith($"dmagrains silo: {saying}", said.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_file_may_have_NET_s_own_sections_beside_ours()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("appsettings.json"), """{"Logging": {"LogLevel": {"Default": "Error"}}, "Storage": "floppy"}""");

        var (code, said) = await ChildProcess.RunAsync("sh", ["-c", "cd \"$1\" && exec \"$0\"", SiloProcess.Program, folder.Path]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("storage 'floppy'", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Variable_of_ours_that_is_no_setting_is_refused()
    {
        var refused = Assert.Single(SettingSources.Load([], new Hashtable { ["DMAGRAINS_STORGE"] = "sqlite" }).Faults);

        Assert.StartsWith(
            "'DMAGRAINS_STORGE' is not a setting: did you mean DMAGRAINS_STORAGE? Expected DMAGRAINS_STORAGE, ", refused, StringComparison.Ordinal);
        Assert.Contains("DMAGRAINS_GATEWAY_PORT", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once() => Gen.Bool.Array[_malformed.Length].Where(wrong => wrong.Contains(true)).Sample(wrong =>
    {
        var given = _malformed.Where((_, index) => wrong[index]).ToArray();

        var faults = FaultsOf([.. given.SelectMany(setting => (string[])[$"--{setting.Name}", setting.Value])]);

        Assert.Equal(given.Select(setting => setting.Name).Order(), faults.Select(fault => fault.Split(' ')[0]).Order());
    });

    [Fact]
    public void A_fault_says_where_the_value_came_from()
    {
        var environment = new Hashtable { ["DMAGRAINS_SILO_PORT"] = "none", ["DMAGRAINS_STORAGE"] = "floppy" };

        Assert.Equal(
            [
                "storage 'disk' from --storage is not known: expected memory, sqlite, postgresql or redis.",
                "silo-port 'none' from DMAGRAINS_SILO_PORT is not a port: expected 1 to 65535.",
            ],
            FaultsOf(SettingSources.Load(["--storage", "disk"], environment)));
    }

    [Fact]
    public void What_only_follows_from_a_fault_is_not_told() =>
        Assert.StartsWith("storage 'sqlit' ", Assert.Single(FaultsOf("--storage", "sqlit", "--data", "state.db")), StringComparison.Ordinal);

    [Fact]
    public void Settings_that_do_not_go_together_are_all_told() => Assert.Equal(
        [
            "redis is given but not used: expected storage or clustering redis with it.",
            $"listen '0.0.0.0' is beyond loopback and nothing is encrypted: expected tls-certificate with it, or silo-insecure {Trusting}.",
            "silo-port and gateway-port and health-port are all 5000: expected a port for each.",
            "advertise '0.0.0.0' stands for every address: expected one at which others reach this silo.",
        ],
        FaultsOf("--redis", Redis, "--silo-port", "5000", "--gateway-port", "5000", "--health-port", "5000", "--listen", "0.0.0.0"));

    [Fact]
    public async Task Each_fault_is_a_line_of_the_program()
    {
        var (code, said) = await ChildProcess.RunAsync(SiloProcess.Program, ["--storage", "floppy\u001b[2J", "--gatway-port", "1"]);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal(
            [
                "dmagrains silo: '--gatway-port' is not a setting: did you mean --gateway-port?",
                @"dmagrains silo: storage 'floppy\u001b[2J' from --storage is not known: expected memory, sqlite, postgresql or redis.",
            ],
            said.Trim().Split('\n').Select(line => line.Split(" Expected")[0]));
    }

    private static readonly (string Name, string Value)[] _malformed =
    [
        ("storage", "floppy"), ("clustering", "multicast"), ("logs", "xml"), ("silo-port", "0"), ("gateway-port", "65536"), ("health-port", "x"),
        ("listen", "db1"), ("advertise", "db2"), ("http-port", "x"), ("http-listen", "db3"), ("http-rate", "0"), ("read-token", "short"),
    ];

    private static string[] FaultsOf(params string[] args) => FaultsOf(SettingSources.Load(args, new Hashtable()));

    private static string[] FaultsOf(SettingSources sources) =>
        [.. Assert.Throws<OptionsValidationException>(() => SiloSettings.Read(sources)).Failures];

    private static SiloSettings Read(params string[] args) => SiloSettings.Read(SettingSources.Load(args, new Hashtable()));
}
