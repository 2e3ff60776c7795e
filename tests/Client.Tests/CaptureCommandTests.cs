using System.Text.Json;
using DmaGrains.Silo;

namespace DmaGrains.Client.Tests;

public sealed class CaptureCommandTests : IDisposable
{
    private readonly TemporaryFolder _machine = new();

    public CaptureCommandTests()
    {
        Write("proc/sys/kernel/arch", "x86_64");
        Write("proc/iomem", "00100000-07ffffff : System RAM\n");
        Write("proc/zoneinfo", "Node 0, zone    DMA32\n  spanned  32768\n  managed  32000\n  start_pfn:  0\n");
        Write("sys/devices/pci0000:00/0000:00:17.0/dma_mask_bits", "64\n");
        Write("sys/devices/pci0000:00/0000:00:17.0/class", "0x010601\n");
        Write("sys/devices/pci0000:00/0000:00:17.0/ata1/block/sda/queue/max_segments", "168\n");
        Write("sys/devices/pci0000:00/0000:00:17.0/ata1/block/sda/queue/max_segment_size", "65536\n");
        Link("sys/devices/pci0000:00/0000:00:17.0/driver", "../../../bus/pci/drivers/ahci");
        Link("sys/bus/pci/devices/0000:00:17.0", "../../../devices/pci0000:00/0000:00:17.0");
        Link("sys/block/sda", "../devices/pci0000:00/0000:00:17.0/ata1/block/sda");
    }

    private static string Tree(string name) => Path.Combine(AppContext.BaseDirectory, "trees", $"{name}.dtb");

    private string Board => Path.Combine(_machine.Path, "board.yaml");

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task Captured_board_runs()
    {
        var captured = await Answer.OfAsync("capture", "--root", _machine.Path, "--name", "server", "--output", Board);
        using var scenario = new TemporaryFile(
            $$"""
            name: on-captured
            shows: A disk maps on a captured board.
            board: {{Board}}
            buffers: [{name: frame, size: 1MiB}]
            importers: [{name: disk, device: 0000-00-17.0, steps: [attach, {map: frame, expect: ok}]}]
            """);

        var run = await Answer.OfAsync("run", scenario.Path, "--engine", "model", "--json");

        Assert.StartsWith("board server: 1 memory region, 0 MMUs, 1 device, in ", captured.Good().Output, StringComparison.Ordinal);
        Assert.Contains("segment boundaries of queues are not shown", captured.Output, StringComparison.Ordinal);
        Assert.Equal(16, run.Good().Json().GetProperty("steps")[2].GetProperty("scatterlist").GetProperty("entry_count").GetInt32());
    }

    [Fact]
    public async Task Captured_device_tree_loads_and_is_advised_on()
    {
        var captured = await Answer.OfAsync("capture", "--dtb", Tree("pci-host"), "--arch", "arm64", "--output", Board);

        Assert.StartsWith("board example-board: 2 memory regions, 0 MMUs, 2 devices, in ", captured.Good().Output, StringComparison.Ordinal);
        (await Answer.OfAsync("check", Board)).Good();
        var advice = await Answer.OfAsync("advise", Board, "--devices", "pcie@2000,wifi@0,0", "--size", "1MiB", "--json");
        Assert.NotEqual(0, advice.Good().Json().GetProperty("candidates").GetArrayLength());
    }

    [Theory]
    [InlineData("cut-half", "byte 4: the header says that the tree has 498 bytes, and the file has 249; expected a whole file.")]
    [InlineData("memory-no-type", "byte 56: the tree leaves it to the boot loader to say how much memory there is; expected --memory SIZE")]
    public async Task A_device_tree_that_does_not_do_is_refused_with_its_name_and_the_place(string name, string saying) =>
        (await Answer.OfAsync("capture", "--dtb", Tree(name))).Unusable($"{name}.dtb: {saying}");

    [Theory]
    [InlineData("2GiB@", "--memory '2GiB@' is not memory: expected its size")]
    [InlineData("0", "--memory '0' is not memory: expected its size")]
    [InlineData("1GiB@0x0@0x1", "--memory '1GiB@0x0@0x1' is not memory: expected its size")]
    public async Task Memory_is_a_size_and_perhaps_a_start(string memory, string saying) =>
        (await Answer.OfAsync("capture", "--dtb", Tree("ok-small"), "--memory", memory)).Unusable(saying);

    [Fact]
    public async Task Stated_memory_takes_the_place_of_the_trees()
    {
        var captured = await Answer.OfAsync("capture", "--dtb", Tree("pci-host"), "--memory", "1GiB@0x90000000", "--memory", "1GiB@0x100000000", "--json");

        Assert.Contains("start: 0x90000000", captured.Good().Json().GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("start: 0x100000000", captured.Json().GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("start: 0x80000000", captured.Json().GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Facts_of_a_device_tree_are_json()
    {
        var facts = (await Answer.OfAsync("capture", "--dtb", Tree("ok-small"), "--facts")).Good().Json();

        Assert.Equal("0xbfffffff", facts.GetProperty("dma_zone").GetProperty("max_cpu_address").GetString());
        (await Answer.OfAsync("capture", "--facts")).Unusable("--facts is there without --dtb FILE: expected both.");
        (await Answer.OfAsync("capture", "--overlay", "nothing.dtbo")).Unusable("--overlay is there without --dtb FILE: expected both.");
    }

    [Fact]
    public async Task A_copied_tree_with_nothing_but_a_device_tree_gives_its_board()
    {
        using var copied = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(copied.Path, "sys/firmware"));
        File.Copy(Tree("pci-host"), Path.Combine(copied.Path, "sys/firmware/fdt"));

        var captured = await Answer.OfAsync("capture", "--root", copied.Path, "--output", Board);

        Assert.StartsWith("board example-board: 2 memory regions, 0 MMUs, 2 devices, in ", captured.Good().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Picture_of_a_capture_is_that_of_the_captured_board()
    {
        var (captured, shown) = (Path.Combine(_machine.Path, "captured.svg"), Path.Combine(_machine.Path, "shown.svg"));

        (await Answer.OfAsync("capture", "--root", _machine.Path, "--output", Board, "--svg", captured)).Good();
        (await Answer.OfAsync("board", "show", Board, "--svg", shown)).Good();

        Assert.Contains("0000-00-17.0", File.ReadAllText(captured), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(shown), File.ReadAllText(captured));
    }

    [Fact]
    public async Task Capture_that_may_not_write_one_of_its_files_writes_none()
    {
        Write("old.svg", "mine");
        var picture = Path.Combine(_machine.Path, "old.svg");

        (await Answer.OfAsync("capture", "--root", _machine.Path, "--output", Board, "--svg", picture)).Unusable("--svg");
        (await Answer.OfAsync("capture", "--root", _machine.Path, "--output", Board, "--svg", Board)).Unusable("another option names it too");

        Assert.Equal("mine", File.ReadAllText(picture));
        Assert.False(File.Exists(Board));
    }

    [Fact]
    public async Task Capture_without_a_file_writes_the_board_itself()
    {
        var answer = await Answer.OfAsync("capture", "--root", _machine.Path);
        var text = answer.Output;
        var report = (await Answer.OfAsync("capture", "--root", _machine.Path, "--json")).Good().Json();

        Assert.Equal(ExitCode.Good, answer.Code);
        Assert.Contains("/proc/meminfo: there is no such file\n", answer.Error, StringComparison.Ordinal);
        Assert.Equal(text, report.GetProperty("text").GetString());
        Assert.Contains("    max_segment_count: 168\n", text, StringComparison.Ordinal);
        Assert.NotEqual(0, report.GetProperty("unread").GetArrayLength());
    }

    [Fact]
    public async Task Capture_of_a_machine_that_tells_nothing_exits_with_1_and_says_so()
    {
        using var empty = new TemporaryFolder();

        var text = (await Answer.OfAsync("capture", "--root", empty.Path, "--output", Board)).Refused("no board: ").Output;
        var report = (await Answer.OfAsync("capture", "--root", empty.Path, "--json")).Refused("/proc/meminfo").Json();

        Assert.Contains("/proc/zoneinfo: there is no such file\n", text, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, report.GetProperty("text").ValueKind);
        Assert.False(File.Exists(Board));
    }

    [Fact]
    public async Task Capture_overwrites_nothing()
    {
        Write("board.yaml", "mine");

        (await Answer.OfAsync("capture", "--root", _machine.Path, "--output", Board)).Unusable("expected a new file, or --force to replace it");

        Assert.Equal("mine", File.ReadAllText(Board));
    }

    [Theory]
    [InlineData("capture --root /no/such/folder", "--root '/no/such/folder' is not a folder")]
    [InlineData("capture --name a/b", "--name 'a/b' is not a name")]
    [InlineData("capture more", "'more'")]
    public async Task Malformed_command_line_is_refused_in_one_line(string line, string saying) =>
        (await Answer.OfAsync(line.Split(' '))).Unusable(saying);

    private void Write(string name, string text)
    {
        var path = Path.Combine(_machine.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void Link(string name, string target)
    {
        var path = Path.Combine(_machine.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, target);
    }
}
