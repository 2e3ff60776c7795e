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
    [InlineData("buffer get-scatterlist raspberry-pi-4/nothing gpu")]
    [InlineData("buffer put-scatterlist raspberry-pi-4/nothing raw")]
    [InlineData("buffer get-pfns raspberry-pi-4/nothing gpu")]
    [InlineData("buffer put-pfns raspberry-pi-4/nothing raw")]
    [InlineData("buffer map-raw raspberry-pi-4/nothing raw")]
    [InlineData("buffer begin-cpu-access raspberry-pi-4/nothing")]
    [InlineData("buffer end-cpu-access raspberry-pi-4/nothing a --json")]
    [InlineData("buffer cpu-access raspberry-pi-4/nothing")]
    [InlineData("buffer flush raspberry-pi-4/nothing scanout")]
    [InlineData("buffer sync-for-device raspberry-pi-4/nothing scanout")]
    [InlineData("buffer sync-for-cpu raspberry-pi-4/nothing scanout --json")]
    [InlineData("device switch-context nowhere/gpu 0")]
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
    [InlineData("device set rk3399/dma9 --iommu no-such-mmu", "EINVAL")]
    [InlineData("device switch-context rk3399/nobody 0", "ENODEV")]
    [InlineData("device switch-context rk3399/panfrost 0", "EINVAL")]
    [InlineData("buffer export desktop/frame --size 4KiB --memory nowhere", "EINVAL")]
    [InlineData("buffer export desktop/frame --size 4KiB --memory vram --memory vram", "EINVAL")]
    [InlineData("buffer export desktop/frame --size 4KiB --lines 2x4096", "EINVAL")]
    public async Task Command_that_the_embedded_silo_cannot_carry_out_is_refused(string line, string errno)
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
    public async Task Board_show_tells_of_MMUs_kinds_of_memory_and_isolation()
    {
        var board = (await Answer.OfAsync("board", "show", "figures", "--json")).Good().Json();
        var text = (await Answer.OfAsync("board", "show", "figures")).Good().Output;

        var iommus = board.GetProperty("iommus").EnumerateArray().ToList();
        Assert.Contains(iommus, iommu => iommu.GetProperty("name").GetString() == "context-mmu" && iommu.GetProperty("contexts").GetInt32() == 4);
        Assert.Contains(iommus, iommu => iommu.GetProperty("owner").GetString() == "driver");
        var devices = board.GetProperty("devices").EnumerateArray().ToDictionary(device => device.GetProperty("name").GetString()!);
        Assert.Equal("shared", devices["display"].GetProperty("isolation").GetString());
        Assert.Equal("per-context", devices["codec"].GetProperty("isolation").GetString());
        Assert.Equal("none", devices["capture"].GetProperty("isolation").GetString());
        Assert.Contains("carveout", board.GetProperty("memory").EnumerateArray().Select(region => region.GetProperty("kind").GetString()));
        Assert.Matches(@"(?m)^private-mmu +driver +2 +4096 +0x1000 +0xffffff +round-robin +granule +lazy +0x400000\+0x100000$", text);
        Assert.Matches(@"(?m)^camera .* camera-mmu, system-mmu +own$", text);
    }

    [Theory]
    [InlineData("figures/capture", "no MMU +none +segments for each line$")]
    [InlineData("figures/blitter", "no MMU +none +coherent, prefers segments of 32 KiB$")]
    [InlineData("figures/ttm", "system-mmu +shared +needs struct pages$")]
    [InlineData("desktop/mlx5", "takes peers' memory, peers over pcie-x16$")]
    public async Task Device_show_tells_how_it_reaches_memory(string device, string saying) => Assert.Matches(
        $"(?m){saying}", (await Answer.OfAsync("device", "show", device)).Good().Output);

    [Fact]
    public async Task Board_show_has_columns_without_trailing_space()
    {
        var text = (await Answer.OfAsync("board", "show", "rk3399")).Good().Output;

        Assert.Contains("device    takes           max segment size  max segment count", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
    }
}
