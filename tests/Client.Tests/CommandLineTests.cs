namespace DmaGrains.Client.Tests;

public class CommandLineTests
{
    private const string Export = "buffer export raspberry-pi-4/f --size ";

    [Theory]
    [InlineData("", "Required command")]
    [InlineData("nonsense", "'nonsense'")]
    [InlineData("buffer nonsense", "'nonsense'")]
    [InlineData("buffer", "Required command")]
    [InlineData("run", "'SCENARIO'")]
    [InlineData("run gpu-and-display more", "'more'")]
    [InlineData("run gpu-and-display --bogus", "'--bogus'")]
    [InlineData("run gpu-and-display --engine steam", "'steam'")]
    [InlineData("run no-such-scenario", "gpu-and-display")]
    [InlineData("run ../boards/rk3399", "expected a file or one of")]
    [InlineData("buffer export raspberry-pi-4/f", "--size")]
    [InlineData("buffer export raspberry-pi-4/f --size", "--size")]
    [InlineData(Export + "0", "expected 1 to 9223372036854775807")]
    [InlineData(Export + "9223372036854775808", "expected 1 to 9223372036854775807")]
    [InlineData(Export + "-1", "'-1'")]
    [InlineData(Export + "1.5GiB", "'1.5GiB'")]
    [InlineData(Export + "99999999999999999999999999", "is not a size")]
    [InlineData(Export + "4KiB --getters v9", "'v9'")]
    [InlineData("device set rk3399/d --max-segment-size 4294967296", "expected 0 to 4294967295")]
    [InlineData("device set rk3399/d --max-segment-size 1 --max-segment-size 2", "--max-segment-size")]
    [InlineData("buffer watch a/b --every abc", "expected 10 to 60000 milliseconds")]
    [InlineData("buffer watch a/b --every 9", "expected 10 to 60000 milliseconds")]
    [InlineData("buffer watch a/b --every 60001", "expected 10 to 60000 milliseconds")]
    [InlineData("buffer describe a", "expected BOARD/NAME")]
    [InlineData("buffer describe a/b/c", "expected BOARD/NAME")]
    [InlineData("buffer describe ../x", "expected BOARD/NAME")]
    [InlineData("device show a/", "expected BOARD/NAME")]
    [InlineData("board show ../x", "is not a board's name")]
    [InlineData("buffer list a/b", "is not a board's name")]
    [InlineData("device list -x", "'-x'")]
    [InlineData("board list --gateway", "--gateway")]
    [InlineData("board show rk3399 --gateway 127.0.0.1", "expected HOST:PORT")]
    [InlineData("board show rk3399 --gateway 127.0.0.1:0", "expected HOST:PORT")]
    [InlineData("board show rk3399 --gateway :30000", "expected HOST:PORT")]
    [InlineData("board show rk3399 --gateway 127.0.0.1:65536", "expected HOST:PORT")]
    [InlineData("board show rk3399 --gateway 127.0.0.1:1,", "--gateway '' is not an address")]
    [InlineData("board show rk3399 --gateway 127.0.0.1:1,nobody", "--gateway 'nobody' is not an address")]
    [InlineData("board show rk3399 --gateway 127.0.0.1:1 --data x.db", "expected one, a file of our own or a running silo")]
    [InlineData("board show rk3399 --data", "--data")]
    [InlineData("conform", "'FILE'")]
    public Task Malformed_command_line_is_refused_in_one_line(string line, string saying) =>
        UnusableAsync(saying, line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [InlineData("board", "show")]
    [InlineData("buffer", "describe")]
    [InlineData("run")]
    [InlineData("conform")]
    [InlineData("board", "define")]
    public Task Empty_argument_is_refused_in_one_line(params string[] command) =>
        UnusableAsync("expected", [.. command, string.Empty]);

    private static async Task UnusableAsync(string saying, string[] args) => (await Answer.OfAsync(args)).Unusable(saying);
}
