using System.Text.Json;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Tests.Shared.Ports;

namespace DmaGrains.Silo.Tests.Hosting;

/// <summary>The server as its operator sees it.</summary>
public sealed class ServerTests(Servers servers) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<StorageKind> Kinds => [StorageKind.Sqlite, StorageKind.PostgreSql, StorageKind.Redis];

    public static TheoryData<StorageKind> SharedKinds => [StorageKind.PostgreSql, StorageKind.Redis];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_was_acknowledged_survives_SIGKILL(StorageKind kind)
    {
        var storage = await NewStorageAsync(kind);
        using (var silo = await SiloProcess.StartReadyAsync(storage))
        {
            await using var connection = await silo.ConnectAsync();
            await SmallBoard.DefineAsync(connection.Grains);
            await SmallBoard.ExportAsync(connection.Grains, 1);
            await silo.Process.KillAsync();
        }

        using var again = await SiloProcess.StartReadyAsync(storage);
        await using var reader = await again.ConnectAsync();
        Assert.Equal(["first"], await SmallBoard.AttachmentsAsync(reader.Grains, 1));
        Assert.True((await SmallBoard.Buffer(reader.Grains, 1).AttachAsync("second", "gpu")).IsGranted);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Told_to_end_it_ends_well_and_keeps_what_it_has(StorageKind kind)
    {
        var storage = await NewStorageAsync(kind);
        using (var silo = await SiloProcess.StartReadyAsync(storage))
        {
            await using var connection = await silo.ConnectAsync();
            await SmallBoard.DefineAsync(connection.Grains);
            await SmallBoard.ExportAsync(connection.Grains, 1);
            await silo.Process.SignalAsync("TERM");
            Assert.Equal(ExitCode.Good, await silo.Process.EndAsync());
        }

        using var again = await SiloProcess.StartReadyAsync(storage);
        await using var reader = await again.ConnectAsync();
        Assert.Equal(["first"], await SmallBoard.AttachmentsAsync(reader.Grains, 1));
    }

    [Fact]
    public async Task Told_to_end_while_its_cluster_s_database_is_gone_it_ends_all_the_same()
    {
        await using var server = await RedisServer.StartAsync();
        using var silo = await SiloProcess.StartReadyAsync(
            [("DMAGRAINS_STORAGE", "redis"), ("DMAGRAINS_CLUSTERING", "redis"), ("DMAGRAINS_REDIS", server.NewDatabase())]);
        await server.KillAsync();

        await silo.Process.SignalAsync("TERM");

        Assert.Equal(ExitCode.Fault, await silo.Process.EndAsync());
        Assert.Contains("dmagrains silo: cannot leave its cluster in time", silo.Process.Said, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SharedKinds))]
    public async Task Secrets_are_in_no_log_line_at_any_level(StorageKind kind)
    {
        var storage = await servers.NewStorageAsync(kind, isCluster: true);
        using var silo = await SiloProcess.StartReadyAsync(storage, "--Logging:LogLevel:Default=Trace");
        await using (var connection = await silo.ConnectAsync())
        {
            await SmallBoard.DefineAsync(connection.Grains);
        }

        await silo.Process.SignalAsync("TERM");
        Assert.Equal(ExitCode.Good, await silo.Process.EndAsync());

        Assert.Contains("ClusterMembershipOptions", silo.Process.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("7Qx", silo.Process.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis", "127.0.0.1:1,password=secret-7Qx,connectTimeout=300")]
    [InlineData("redis", "no-such-host.invalid:6379,password=secret-7Qx,connectTimeout=300")]
    [InlineData("postgresql", "Host=127.0.0.1;Port=1;Username=u;Password=secret-7Qx")]
    [InlineData("postgresql", "Host=no-such-host.invalid;Username=u;Password=secret-7Qx")]
    public async Task A_storage_that_is_away_is_one_line_and_an_exit_code_of_its_own(string name, string connection)
    {
        var (code, said) = await ChildProcess.RunAsync(
            SiloProcess.Program,
            ["--silo-port", $"{FreePort.Next()}", "--gateway-port", $"{FreePort.Next()}", "--storage", name],
            ($"DMAGRAINS_{name.ToUpperInvariant()}", connection));

        Assert.Equal(ExitCode.Unavailable, code);
        Assert.Contains(" cannot be used: ", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said.Trim());
        Assert.DoesNotContain("7Qx", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_silo_left_is_refused_when_it_is_damaged_and_goes_on_when_it_is_put_back()
    {
        var path = _folder.File("killed.db");
        (string Name, string Value)[] storage = [("DMAGRAINS_DATA", path)];
        using (var silo = await SiloProcess.StartReadyAsync(storage))
        {
            await using var connection = await silo.ConnectAsync();
            await SmallBoard.DefineAsync(connection.Grains);
            await SmallBoard.ExportAsync(connection.Grains, 0);
            await silo.Process.KillAsync();
        }

        var log = await File.ReadAllBytesAsync(path + "-wal", TestContext.Current.CancellationToken);
        foreach (var damage in new[] { (byte[])[], [.. log[..^1], (byte)(log[^1] ^ 1)], [.. log[..6000], (byte)(log[6000] ^ 1), .. log[6001..]] })
        {
            await File.WriteAllBytesAsync(path + "-wal", damage, TestContext.Current.CancellationToken);
            using var refused = SiloProcess.Start(storage);
            Assert.Equal(ExitCode.Fault, await refused.Process.EndAsync());
            Assert.Contains($"{path}-wal", refused.Process.Said, StringComparison.Ordinal);
        }

        await File.WriteAllBytesAsync(path + "-wal", log, TestContext.Current.CancellationToken);
        using var again = await SiloProcess.StartReadyAsync(storage);
        await using var reader = await again.ConnectAsync();
        Assert.Equal(["first"], await SmallBoard.AttachmentsAsync(reader.Grains, 0));
    }

    [Theory]
    [MemberData(nameof(SharedKinds))]
    public async Task A_wrong_password_is_one_line_without_it(StorageKind kind)
    {
        var storage = await servers.NewStorageAsync(kind, isCluster: true);
        var wrong = storage.Select(setting => (setting.Name, setting.Value.Replace("secret-7Qx", "wrong-7Qx", StringComparison.Ordinal)));

        var (code, said) = await ChildProcess.RunAsync(
            SiloProcess.Program, ["--silo-port", $"{FreePort.Next()}", "--gateway-port", $"{FreePort.Next()}"], wrong);

        Assert.Equal(ExitCode.Fault, code);
        Assert.Matches("^dmagrains silo: (PostgreSQL|Redis) at 127.0.0.1:[^\n]* cannot be used: [^\n]*$", said.Trim());
        Assert.DoesNotContain("7Qx", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_are_JSON_lines_with_board_buffer_and_errno()
    {
        using var silo = await SiloProcess.StartReadyAsync([], "--logs", "json", "--Logging:LogLevel:DmaGrains=Information");
        await using (var connection = await silo.ConnectAsync())
        {
            Assert.Equal(Errno.ENOENT, (await SmallBoard.Buffer(connection.Grains, 7).AttachAsync("a", "gpu")).Refusal!.Errno);
        }

        await silo.Process.SignalAsync("TERM");
        await silo.Process.EndAsync();

        var lines = silo.Process.Said.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("State"))
            .ToList();
        var refusal = Assert.Single(lines, line => line.TryGetProperty("Errno", out _));
        Assert.Equal("small", refusal.GetProperty("Board").GetString());
        Assert.Equal("b7", refusal.GetProperty("Buffer").GetString());
        Assert.Equal("ENOENT", refusal.GetProperty("Errno").GetString());
    }

    [Fact]
    public async Task A_file_that_may_not_grow_refuses_writes_and_nothing_else()
    {
        using var silo = await SiloProcess.StartReadyAsync(await NewStorageAsync(StorageKind.Sqlite));
        await using var connection = await silo.ConnectAsync();
        await SmallBoard.DefineAsync(connection.Grains);
        await SmallBoard.ExportAsync(connection.Grains, 1);
        await LimitAsync(silo, "1000");

        var trouble = await Assert.ThrowsAsync<NoReplyException>(() =>
            SmallBoard.Buffer(connection.Grains, 1).AttachAsync("second", "gpu"));

        Assert.Contains("state.db failed", trouble.Message, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper!.WriteLine(trouble.Message);
        Assert.Equal(["first"], await SmallBoard.AttachmentsAsync(connection.Grains, 1));
        await LimitAsync(silo, "unlimited");
        Assert.True((await SmallBoard.Buffer(connection.Grains, 1).AttachAsync("second", "gpu")).IsGranted);
        Assert.Equal(["first", "second"], await SmallBoard.AttachmentsAsync(connection.Grains, 1));
        await silo.Process.SaysAsync("Writing journals works again.");
        Assert.Single(silo.Process.Said.Split('\n'), line => line.Contains("Writing journals fails: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_whose_only_silo_is_lost_says_so()
    {
        using var silo = await SiloProcess.StartReadyAsync([]);
        await using var connection = await silo.ConnectAsync();
        await SmallBoard.DefineAsync(connection.Grains);
        await silo.Process.KillAsync();

        var trouble = await Assert.ThrowsAsync<NoReplyException>(() => SmallBoard.ExportAsync(connection.Grains, 1));

        Assert.StartsWith($"no reply from {silo.Gateway} to 3 attempts (", trouble.Message, StringComparison.Ordinal);
        Assert.EndsWith("): it may have happened or not; send it again.", trouble.Message, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper!.WriteLine(trouble.Message);
    }

    [Fact]
    public async Task A_second_silo_on_the_same_file_is_refused_and_does_no_harm()
    {
        var storage = await NewStorageAsync(StorageKind.Sqlite);
        using var silo = await SiloProcess.StartReadyAsync(storage);
        await using var connection = await silo.ConnectAsync();
        await SmallBoard.DefineAsync(connection.Grains);

        using var second = SiloProcess.Start(storage);

        Assert.Equal(ExitCode.Fault, await second.Process.EndAsync());
        Assert.EndsWith("is in use by another process: expected a file that no silo has open.", second.Process.Said.Trim(), StringComparison.Ordinal);
        await SmallBoard.ExportAsync(connection.Grains, 1);
    }

    [Fact]
    public async Task Only_loopback_is_listened_on_unless_a_setting_says_otherwise()
    {
        using var silo = await SiloProcess.StartReadyAsync([], "--health-port", $"{FreePort.Next()}");

        var listening = (await File.ReadAllLinesAsync($"/proc/{silo.Process.Id}/net/tcp", TestContext.Current.CancellationToken))
            .Concat(await File.ReadAllLinesAsync($"/proc/{silo.Process.Id}/net/tcp6", TestContext.Current.CancellationToken))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == "0A")
            .Select(fields => fields[1].Split(':'));

        var port = silo.Gateway.Split(':')[1];
        var address = Assert.Single(listening, fields => Convert.ToInt32(fields[1], 16) == int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("0100007F", address[0]);
    }

    private static async Task LimitAsync(SiloProcess silo, string bytes) => Assert.NotNull(
        await Installed.TryAsync("prlimit", "--pid", $"{silo.Process.Id}", $"--fsize={bytes}:unlimited"));

    private async Task<(string Name, string Value)[]> NewStorageAsync(StorageKind kind) => kind == StorageKind.Sqlite
        ? [("DMAGRAINS_DATA", _folder.File("state.db"))]
        : await servers.NewStorageAsync(kind, isCluster: false);
}
