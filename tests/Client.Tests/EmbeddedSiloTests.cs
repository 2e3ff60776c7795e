namespace DmaGrains.Client.Tests;

/// <summary>Live commands without --gateway.</summary>
public class EmbeddedSiloTests
{
    [Theory]
    [InlineData("board show nowhere")]
    [InlineData("device list nowhere")]
    [InlineData("buffer list nowhere")]
    [InlineData("buffer describe raspberry-pi-4/nothing")]
    [InlineData("buffer attach raspberry-pi-4/nothing v3d")]
    [InlineData("buffer map raspberry-pi-4/nothing gpu --json")]
    [InlineData("buffer export nowhere/frame --size 4KiB")]
    public async Task Unknown_name_is_ENOENT_with_a_hint_beside_the_answer(string line)
    {
        var answer = await Answer.OfAsync(line.Split(' '));

        answer.Refused("ENOENT");
        Assert.Contains("use --gateway", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("device show raspberry-pi-4/nobody", "ENODEV")]
    [InlineData("buffer export raspberry-pi-4/frame --size 4KiB --exporter nobody", "ENODEV")]
    [InlineData("device set raspberry-pi-4/dma9 --segment-boundary-mask 0xf0f", "EINVAL")]
    public async Task Impossible_request_is_refused(string line, string errno)
    {
        var answer = await Answer.OfAsync([.. line.Split(' '), "--json"]);

        Assert.Equal(errno, answer.Refused(errno).Json().GetProperty("outcome").GetString());
        Assert.Empty(answer.Error);
    }

    [Theory]
    [InlineData("no name")]
    [InlineData("a-name-that-is-no-name-because-it-has-a-slash/and-because-it-goes-on-and-on")]
    public async Task Attach_is_refused_when_the_device_is_no_name(string device)
    {
        var answer = await Answer.OfAsync("buffer", "attach", "raspberry-pi-4/frame", device);

        answer.Refused("ENOENT");
    }

    [Fact]
    public async Task Board_list_names_every_shipped_board()
    {
        var names = (await Answer.OfAsync("board", "list", "--json")).Good().Json().EnumerateArray();

        Assert.Equal(
            Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "boards")).Select(Path.GetFileNameWithoutExtension).Order(),
            names.Select(board => board.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Board_show_has_columns_without_trailing_space()
    {
        var text = (await Answer.OfAsync("board", "show", "rk3399")).Good().Output;

        Assert.Contains("device    max segment size  max segment count", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
    }
}
