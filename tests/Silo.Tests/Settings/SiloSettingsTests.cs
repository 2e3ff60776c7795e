using System.Collections;
using System.Net;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;

namespace DmaGrains.Silo.Tests.Settings;

public sealed class SiloSettingsTests
{
    private const string PostgreSql = "Host=db1;Username=u;Password=secret-7Qx";
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
    public void Advertise_follows_listen()
    {
        Assert.Equal(IPAddress.Parse("10.0.0.7"), Read("--listen", "10.0.0.7").Advertise);
        Assert.Equal(IPAddress.Parse("10.0.0.8"), Read("--listen", "0.0.0.0", "--advertise", "10.0.0.8").Advertise);
    }

    [Theory]
    [InlineData("storage 'floppy'", "--storage", "floppy")]
    [InlineData("clustering 'multicast'", "--clustering", "multicast")]
    [InlineData("logs 'xml'", "--logs", "xml")]
    [InlineData("health-port '0'", "--health-port", "0")]
    [InlineData("gateway-port '65536'", "--gateway-port", "65536")]
    [InlineData("silo-port ' 1'", "--silo-port", " 1")]
    [InlineData("listen 'db1'", "--listen", "db1")]
    [InlineData("advertise '0.0.0.0'", "--listen", "0.0.0.0")]
    [InlineData("advertise '::'", "--listen", "::")]
    [InlineData("silo-port and gateway-port are both 5000", "--silo-port", "5000", "--gateway-port", "5000")]
    [InlineData("gateway-port and health-port are both 30000", "--health-port", "30000")]
    [InlineData("data is not given", "--storage", "sqlite")]
    [InlineData("data is given but not used", "--data", "state.db", "--storage", "memory")]
    [InlineData("postgresql is not given", "--storage", "postgresql")]
    [InlineData("postgresql is given but not used", "--postgresql", PostgreSql)]
    [InlineData("redis is not given", "--storage", "redis")]
    [InlineData("redis is given but not used", "--redis", Redis)]
    [InlineData("storage 'memory' belongs to one silo", "--clustering", "redis", "--redis", Redis)]
    [InlineData("storage 'sqlite' belongs to one silo", "--clustering", "redis", "--redis", Redis, "--data", "state.db")]
    [InlineData("'--storge' is not a setting", "--storge", "sqlite")]
    [InlineData("word 1 of the command line is not a setting", "sqlite")]
    [InlineData("'-storage' is not a setting", "-storage", "sqlite")]
    [InlineData("health-port has no value", "--health-port")]
    public void What_does_not_go_together_is_refused(string saying, params string[] args)
    {
        var refused = Assert.Throws<FormatException>(() => Read(args));

        Assert.StartsWith(saying, refused.Message, StringComparison.Ordinal);
        Assert.Contains(": expected ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
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
        var refused = Assert.Throws<FormatException>(() => Read("--storage", name, $"--{name}", value));

        Assert.StartsWith($"{name} ", refused.Message, StringComparison.Ordinal);
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
    public void A_secret_in_the_wrong_place_is_not_repeated(params string[] args) =>
        Assert.DoesNotContain("7Qx", Assert.Throws<FormatException>(() => Read(args)).ToString(), StringComparison.Ordinal);

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
    [InlineData("""{"storge": "sqlite"}""", "'appsettings.json: storge' is not a setting: expected storage, data, ")]
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
        var environment = new Hashtable { ["DMAGRAINS_STORGE"] = "sqlite" };

        var refused = Assert.Throws<FormatException>(() => SettingSources.Load([], environment));

        Assert.StartsWith("'DMAGRAINS_STORGE' is not a setting: expected DMAGRAINS_STORAGE, ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("DMAGRAINS_GATEWAY_PORT", refused.Message, StringComparison.Ordinal);
    }

    private static SiloSettings Read(params string[] args) => SiloSettings.Read(SettingSources.Load(args, new Hashtable()));
}
