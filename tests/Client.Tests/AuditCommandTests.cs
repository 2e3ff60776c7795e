namespace DmaGrains.Client.Tests;

public class AuditCommandTests
{
    private const string List = "entries:\n  - {address: 0x3c000000, length: 4KiB}\n  - {address: 0x3d000000, length: 4KiB}\n";

    [Fact]
    public async Task Audit_tells_each_broken_limit_of_a_list_in_a_file()
    {
        using var file = new TemporaryFile(List);

        var refused = await Answer.OfAsync("audit", file.Path, "--device", "vc4", "--board", "raspberry-pi-4");
        var good = await Answer.OfAsync("audit", file.Path, "--device", "v3d", "--board", "raspberry-pi-4", "--json");

        Assert.Equal(
            """
            vc4 of raspberry-pi-4 takes: 1 segment, any size, no boundary; addresses up to 0xffffffff, memory through 0x0-0x3fffffff (bus 0xc0000000)
            the list, 2 entries of 8192 bytes: 1 violation
              max_segment_count: vc4 takes at most 1 segment; the list has 2.
              the same pages in a list for it: 2 segments, too many
              other pages could work: 1 of its segments holds as much

            """,
            refused.Refused("violation").Output);
        Assert.True(good.Good().Json().GetProperty("good").GetBoolean());
    }

    private const string Apu =
        """
        name: apu
        title: APU with an NPU that is let past the IOMMU and a GPU behind it
        memory:
          - {name: cma, kind: contiguous, start: 0x90000000, size: 256MiB, source: assumed}
        iommus:
          - {name: amd-vi, first: 0x1000, last: 0xffffffffffff, reserved: [{start: 0xfee00000, size: 1MiB}], source: 48 bit}
        devices:
          - {name: gpu, driver: amdgpu, description: imports, dma_mask: 0xfffffffffff, max_segment_size: 4294967295, iommu: amd-vi, sources: {iommu: group}}
        """;

    [Theory]
    [InlineData("{address: 0x90000000, length: 16MiB}", "16MiB", 0, "remark, memory: 0x90000000 of segment 0 is a physical address in cma")]
    [InlineData("{address: 0xfee00000, length: 16MiB}", "16MiB", 1, "reserved: amd-vi never gives an address of its reserved window")]
    [InlineData("{address: 0x380000000000, length: 0}", "4GiB", 1, "length: segment 0 has no bytes: a length has 32 bits")]
    [InlineData("{address: 0x100000000, length: 8GiB}", "8GiB", 1, "length: segment 0 has 8589934592 bytes: a length has 32 bits, and gpu reads 0")]
    [InlineData("{address: 0x100000000, length: 16MiB}", "8MiB", 0, "remark, size_bytes: the list has 16777216 bytes and the buffer 8388608")]
    public async Task Audit_of_what_an_MMU_gives_tells_what_is_broken_and_what_is_suspicious(
        string segment, string size, int exitCode, string saying)
    {
        using var board = new TemporaryFile(Apu);
        using var file = new TemporaryFile($"size_bytes: {size}\nsegments:\n  - {segment}\n");

        var answer = await Answer.OfAsync("audit", file.Path, "--device", "gpu", "--board", board.Path);

        Assert.Contains(saying, (exitCode == 0 ? answer.Good() : answer.Refused(saying)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_reads_what_run_answers()
    {
        using var file = new TemporaryFile((await Answer.OfAsync("run", "gpu-maps-first", "--engine", "model", "--json")).Output, ".json");

        var report = (await Answer.OfAsync("audit", file.Path, "--device", "vc4", "--board", "raspberry-pi-4", "--json")).Refused("windows").Json();

        var list = Assert.Single(report.GetProperty("lists").EnumerateArray());
        Assert.Equal("step 3: map of v3d", list.GetProperty("list").GetString());
        Assert.Equal(11, list.GetProperty("violations").GetArrayLength());
    }

    [Fact]
    public async Task Audit_holds_a_live_buffer_against_any_device()
    {
        using var folder = new TemporaryFolder();
        string[] data = ["--data", Path.Combine(folder.Path, "state.db")];
        (await Answer.OfAsync(["buffer", "export", "raspberry-pi-4/frame", "--size", "8MiB", .. data])).Good();
        (await Answer.OfAsync(["audit", "raspberry-pi-4/frame", "--device", "vc4", .. data])).Refused("EINVAL  raspberry-pi-4/frame has no pages yet");
        (await Answer.OfAsync(["buffer", "attach", "raspberry-pi-4/frame", "v3d", "--as", "gpu", .. data])).Good();
        (await Answer.OfAsync(["buffer", "map", "raspberry-pi-4/frame", "gpu", "--as", "draw", .. data])).Good();

        var own = await Answer.OfAsync(["audit", "raspberry-pi-4/frame", "--device", "v3d", .. data]);
        var other = await Answer.OfAsync(["audit", "raspberry-pi-4/frame", "--device", "vop", "--board", "rk3399", .. data]);

        Assert.Contains("mapping draw of v3d, 9 segments of 8388608 bytes: ok\n", own.Good().Output, StringComparison.Ordinal);
        Assert.Contains("vop of rk3399 takes: ", other.Output, StringComparison.Ordinal);
        Assert.Contains("mapping draw of v3d, 9 entries of 8388608 bytes: ", other.Output, StringComparison.Ordinal);
        (await Answer.OfAsync(["audit", "raspberry-pi-4/nothing", "--device", "v3d", .. data])).Refused("ENOENT");
    }

    [Theory]
    [InlineData("audit --device d", "'BUFFER|FILE'")]
    [InlineData("audit a/b", "'--device'")]
    [InlineData("audit a --device d", "'a' is neither a file nor a buffer: expected a file, or BOARD/BUFFER")]
    [InlineData("audit /no/such.yaml --device d", "is neither a file nor a buffer")]
    [InlineData("audit a/ --device d", "expected BOARD/NAME")]
    [InlineData("audit a/b --device d/e", "--device 'd/e' is not a name")]
    [InlineData("audit a/b --device d --getters v9", "'v9'")]
    [InlineData("audit a/b --device d --board nowhere", "There is no board 'nowhere'")]
    [InlineData("audit FILE --device d", "--board is not given")]
    [InlineData("audit FILE --device d --board juno", "The board has no device 'd': expected panfrost, hdlcd or pl330.")]
    public async Task Malformed_command_line_is_refused_in_one_line(string line, string saying)
    {
        using var file = new TemporaryFile(List);

        (await Answer.OfAsync([.. line.Split(' ').Select(word => word == "FILE" ? file.Path : word)])).Unusable(saying);
    }

    [Fact]
    public async Task File_that_is_no_list_is_refused_with_its_place()
    {
        using var file = new TemporaryFile("entries:\n  - {address: 1}\n");

        (await Answer.OfAsync("audit", file.Path, "--device", "vc4", "--board", "raspberry-pi-4")).Unusable($"{file.Path}:2:5: ");
    }
}
