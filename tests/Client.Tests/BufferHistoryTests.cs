using System.Text.RegularExpressions;

namespace DmaGrains.Client.Tests;

/// <summary>What happened to a buffer, from a file and from a silo that is killed while somebody watches.</summary>
public sealed partial class BufferHistoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_tells_what_happened_to_a_buffer_who_asked_and_how_it_ended()
    {
        using var session = new TemporaryFile(
            """
            buffer export raspberry-pi-4/frame --size 8KiB
            buffer attach raspberry-pi-4/frame v3d --as a
            buffer map raspberry-pi-4/frame a --as m
            buffer detach raspberry-pi-4/frame a
            buffer release raspberry-pi-4/frame
            """,
            ".txt");
        (await DoAsync($"batch {session.Path} --keep-going")).Refused("EBUSY");

        var lines = (await DoAsync("buffer history raspberry-pi-4/frame")).Good().Output.TrimEnd().Split('\n');
        Assert.Equal(
            ["1-0 export: ok", "2-0 attach a of v3d: ok", "3-0 map m of a: ok", "4-0 detach a: EBUSY (v3d, attachment)", "5-0 release: ok"],
            lines.Select(line => EventLine().Match(line)).Select(match => $"{match.Groups["id"]} {match.Groups["what"]}: {match.Groups["outcome"]}"));
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));

        var after = (await DoAsync("buffer history raspberry-pi-4/frame --after 3-0 --json")).Good().Json();
        Assert.Equal(("5-0", false, 2), (after.GetProperty("next").GetString(), after.GetProperty("gap").GetBoolean(), after.GetProperty("events").GetArrayLength()));
        Assert.Equal("EBUSY", after.GetProperty("events")[0].GetProperty("outcome").GetString());
        Assert.Contains("5", (await DoAsync("buffer history raspberry-pi-4/frame --after 6-0")).Refused("EINVAL").Output, StringComparison.Ordinal);
        (await DoAsync("buffer history raspberry-pi-4/none")).Refused("ENOENT");
    }

    [Fact]
    public async Task A_watch_tells_each_event_once_though_its_silo_is_killed_and_comes_back()
    {
        var (siloPort, gatewayPort) = SiloProcess.FreePorts();
        using var first = await StartAsync();
        (await AskAsync("board define raspberry-pi-4", "buffer export raspberry-pi-4/frame --size 8KiB", "buffer attach raspberry-pi-4/frame v3d --as a")).Good();
        using var watch = ProgramProcess.Start("dmagrains", Line("buffer watch raspberry-pi-4/frame --after 0-0 --every 10"));
        var before = $"{await watch.ReadUntilAsync("1-0")}\n{await watch.ReadUntilAsync("2-0")}\n";

        first.Kill();
        using var second = await StartAsync();
        (await AskAsync(
            "buffer attach raspberry-pi-4/frame v3d --as b",
            "buffer release raspberry-pi-4/frame",
            "buffer detach raspberry-pi-4/frame a",
            "buffer detach raspberry-pi-4/frame b")).Good();

        var answer = (await watch.AnswerAsync()).Good();
        Assert.Equal(
            ["1-0 export", "2-0 attach a of v3d", "3-0 attach b of v3d", "4-0 release", "5-0 detach a", "6-0 detach b"],
            (before + answer.Output).Split('\n').Select(line => EventLine().Match(line)).Where(match => match.Success).Select(match => $"{match.Groups["id"]} {match.Groups["what"]}"));

        async Task<ProgramProcess> StartAsync()
        {
            var silo = ProgramProcess.Start(
                "DmaGrains.Silo", "--silo-port", siloPort, "--gateway-port", gatewayPort, "--storage", "sqlite", "--data", Path.Combine(_folder.Path, "state.db"));
            await silo.ReadUntilAsync("ready");
            return silo;
        }

        string[] Line(string line) => [.. line.Split(' '), "--gateway", $"127.0.0.1:{gatewayPort}"];

        async Task<Answer> AskAsync(params string[] lines)
        {
            using var file = new TemporaryFile(string.Join('\n', lines), ".txt");
            return await ProgramProcess.ClientAsync(Line($"batch {file.Path}"));
        }
    }

    private Task<Answer> DoAsync(string line) => ProgramProcess.ClientAsync([.. line.Split(' '), "--data", Path.Combine(_folder.Path, "file.db")]);

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  (?<id>\d+-\d+) +(?<what>.*) by [0-9a-f]{12}: (?<outcome>.*)$")]
    private static partial Regex EventLine();
}
