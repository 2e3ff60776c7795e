using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Scenarios.Tests.Files;

public class BoardFileTests
{
    private const string Valid = """
        name: sample
        title: A board for tests
        memory:
          - name: ram
            kind: system
            start: 0x40000000
            size: 64MiB
            reserved: {every: 1MiB, pages: 1}
            source: a choice
          - {name: cma, kind: contiguous, start: 0x50000000, size: 16MiB, source: a choice}
        devices:
          - name: gpu
            driver: gpu
            description: Takes anything
          - name: disk
            driver: disk
            description: Takes little
            max_segment_size: 64KiB
            max_segment_count: 168
            segment_boundary_mask: 0xffffffff
            dma_mask: 0xdfffffff
            bus_dma_limit: 0x3fffffff
            coherent: true
            sources: {max_segment_size: a reason}

        """;

    [Fact]
    public void Read_gives_what_the_file_says()
    {
        var board = Read(Valid);

        Assert.Equal(("sample", "A board for tests"), (board.Name, board.Title));
        Assert.Equal(["ram", "cma"], board.Memory.Select(region => region.Name));
        Assert.Equal(new Device("gpu", null), board.Devices[0]);
        Assert.Equal(
            new Device("disk", new(65536, 168, 0xffffffff))
            {
                DmaMask = 0xdfffffff,
                BusDmaLimit = 0x3fffffff,
                Coherent = true,
            },
            board.Devices[1]);
    }

    [Fact]
    public void Parse_reads_text_as_Read_reads_a_file()
    {
        Assert.Equal(Read(Valid).Devices, BoardFile.Parse(Valid, "b.yaml").Devices);

        var exception = Assert.Throws<FileFormatException>(() => BoardFile.Parse(Valid.With("name: sample", "name: 7/8"), "b.yaml"));
        Assert.StartsWith("b.yaml:1:7: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_leaves_a_limit_unset_when_it_is_left_out_or_zero()
    {
        var board = Read(Valid
            .With("    max_segment_count: 168\n", "")
            .With("0xffffffff", "0"));

        Assert.Equal(new DeviceDmaParameters(65536, 0, 0), board.Devices[1].Parameters);
    }

    [Theory]
    [InlineData(
        "title: A board for tests", "title: |\n  two\n  lines",
        "2:8: title is text 'two\\u000alines\\u000a'; expected one line of text")]
    [InlineData("kind: system", "kind: dram", "5:11: kind is text 'dram' (did you mean vram?); expected system, contiguous, carveout, vram, stolen, protected or bounce")]
    [InlineData(
        "start: 0x40000000", "start: 0x40000001",
        "6:12: start is text '0x40000001'; expected a multiple of the page, 4096 bytes")]
    [InlineData(
        "size: 64MiB", "size: 65000",
        "7:11: size is text '65000'; expected a multiple of the page, 4096 bytes")]
    [InlineData(
        "size: 64MiB", "size: 0",
        "7:11: size is text '0'; expected 4096 to 18446744073709551615, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData(
        "start: 0x40000000", "start: 0x10000000000000",
        "6:12: Region ram is empty or reaches beyond 52-bit addresses; expected addresses below 2^52")]
    [InlineData(
        "start: 0x40000000", "start: 0xfffffffffffff000",
        "6:12: Region ram is empty or reaches beyond 52-bit addresses; expected addresses below 2^52")]
    [InlineData(
        "every: 1MiB", "every: 4KiB",
        "8:15: Region ram reserves 1 of every 1 pages; expected fewer pages than the period")]
    [InlineData("every: 1MiB, pages: 1", "every: 1MiB", "8:15: reserved has no key 'pages'; expected that key")]
    [InlineData(
        "every: 1MiB", "every: 1000",
        "8:23: every is text '1000'; "
            + "expected 4096 to 18446744073709551615, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData("pages: 1}", "pages: 4KiB}", "8:36: pages is text '4KiB'; expected a number from 1 to 4294967295")]
    [InlineData("{every: 1MiB, pages: 1}", "1MiB", "8:15: reserved is text '1MiB'; expected a mapping")]
    [InlineData(
        "64MiB\n    reserved: {every: 1MiB, pages: 1}", "1TiB\n    reserved: {every: 8KiB, pages: 1}",
        "4:5: The memory would start with more than 1048576 free runs; expected longer reserved periods")]
    [InlineData(
        "size: 16MiB, source", "size: 1TiB, reserved: {every: 1MiB, pages: 1}, source",
        "10:5: The memory would start with more than 1048576 free runs; expected longer reserved periods")]
    [InlineData(
        "name: cma", "name: ram",
        "10:5: Two regions are named ram; expected regions with different names and pages")]
    [InlineData(
        "start: 0x50000000", "start: 0x43fff000",
        "10:5: Regions ram and cma share pages; expected regions with different names and pages")]
    [InlineData("name: disk", "name: gpu", "15:11: two devices are named gpu; expected a different name for each")]
    [InlineData(
        "name: disk", "name: '-'",
        "15:11: name is text '-'; "
            + "expected 1 to 63 of a-z, A-Z, 0-9, '.', '_', '-', '#', '@', ',', starting with a letter or digit")]
    [InlineData("driver: disk", "driver:", "16:12: driver is nothing; expected one line of text")]
    [InlineData(
        "driver: disk", "speed: 1",
        "16:5: an entry of devices has the unknown key 'speed'; "
            + "expected {device}")]
    [InlineData(
        "segment_boundary_mask: 0xffffffff", "segment_boundary_mask: 0xfffff0ff",
        "20:28: disk: segment boundary mask 0xfffff0ff has holes; expected 0 (unset) or 2^k-1")]
    [InlineData(
        "max_segment_count: 168", "max_segment_count: 0xa8",
        "19:24: max_segment_count is text '0xa8'; expected a number from 0 to 4294967295")]
    [InlineData(
        "max_segment_size: 64KiB", "max_segment_size: 4GiB",
        "18:23: max_segment_size is text '4GiB'; expected 0 (unset) to 4294967295 (no limit): the kernel keeps max_segment_size, and each segment's length, in 32 bits")]
    [InlineData(
        "coherent: true", "contiguous: true",
        "19:24: disk takes one contiguous run and states 168 segments; expected none or 1")]
    [InlineData("coherent: true", "coherent: yes", "23:15: coherent is text 'yes'; expected true or false")]
    [InlineData("coherent: true", "coherent: 'true'", "23:15: coherent is text 'true'; expected true or false")]
    [InlineData(
        "dma_mask: 0xdfffffff", "dma_mask: 0",
        "21:15: dma_mask is text '0'; expected 1 to 18446744073709551615, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData(
        "{max_segment_size: a reason}", "{max_segment_size: [a]}",
        "24:33: max_segment_size is a list; expected one line of text")]
    [InlineData(
        "{max_segment_size: a reason}", "{name: a reason}",
        "24:15: sources has the unknown key 'name'; "
            + "expected {valued}")]
    public void Read_says_where_and_what_is_wrong(string right, string wrong, string expected)
    {
        using var file = new TemporaryFile(Valid.With(right, wrong));

        var exception = Assert.Throws<FileFormatException>(() => BoardFile.Read(file.Path));

        Assert.Equal($"{file.Path}:{expected.Replace("{device}", EveryKey.OfDevice, StringComparison.Ordinal).Replace("{valued}", EveryKey.Valued, StringComparison.Ordinal)}", exception.Message);
    }

    [Fact]
    public void Read_gives_what_a_file_with_every_key_says()
    {
        var board = Read(EveryKey.Board);

        Assert.Equal(Enum.GetValues<MemoryKind>(), board.Memory.Select(region => region.Kind));
        Assert.Equal(("gpu", "pcie"), (board.Memory[3].Device, board.Memory[3].PeerBus));
        Assert.Equal(("pool", 4), (board.BouncePool!.Name, board.BouncePool.Areas));
        Assert.True(board.Stages[0].SaysTheSameAs(new(
            "smmu",
            new(new(0), new(0xddbfffff), 65536, IovaPolicy.FirstFit, IovaAlignment.Granule, IovaReuse.Lazy)
            {
                Reserved = [new(new(0x8000000), 1 << 20), new(new(0xd0000000), 4096)],
            })
        {
            Owner = StageOwner.Driver,
            ContextCount = 4,
        }));
        Assert.Equal(["smmu", "bus#0x880-0x8", "bus"], board.Stages.Select(stage => stage.Name));
        Assert.True(board.Stages[2].SaysTheSameAs(new("bus", new(new(0x1000), new(0xffffffff), 4096) { Caches = true }) { OutputLimit = 0xffffffffff }));
        Assert.Equal(
            new Device("gpu", new(65536, 4096, 0xffffffff))
            {
                DmaMask = 0xffffffffff,
                BusDmaLimit = 0xffffffff,
                Coherent = true,
                Iommu = "smmu",
                BusMmu = "bus",
                OutputLimit = 0xffffffffff,
                NeedsStructPage = true,
                Trusted = true,
                PeerToPeer = true,
                PeerBus = "pcie",
                SegmentsPerLine = true,
                PreferredSegmentSize = 2 << 20,
                Bus = "pcie",
                Windows = new(new DmaWindow(0, 0, 2UL << 30), new(0x880000000, 0x80000000, 0x1000)),
            },
            board.Devices[0]);
        Assert.Equal((null, new(new DmaWindow(0x40000000, 0, 64 << 20))), (board.Devices[2].Bus, board.Devices[2].Windows));
    }

    [Theory]
    [InlineData("    bus: pcie\n", "    bus: axi\n", "44:10: the board has no bus axi; expected pcie or plain")]
    [InlineData(
        "    bus: pcie\n", "    bus: pcie\n    windows: [{cpu: 0, bus: 0, size: 1}]\n",
        "45:14: a device has both the key 'bus' and the key 'windows'; expected one of them: the windows of a bus are stated with the bus")]
    [InlineData("{name: plain,", "{name: pcie,", "72:12: two buses are named pcie; expected a different name for each")]
    [InlineData("cpu: 0x880000000", "cpu: 0x7fffffff", "70:14: Two windows of pcie hold CPU address 0x7fffffff; expected each address in one")]
    [InlineData("bus: 0x80000000", "bus: 0xfffffffffffff001", "70:14: Window 1 of pcie, CPU 0x880000000, bus 0xfffffffffffff001, 4096 bytes, runs past the end of 64 bits; expected windows that a bus can have")]
    [InlineData("size: 64MiB}]", "size: 0}]", "64:49: size is text '0'; expected 1 to 18446744073709551615, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData("{cpu: 0x40000000, bus: 0x0, size: 64MiB}", "{cpu: 0x40000000, size: 64MiB}", "64:15: an entry of windows has no key 'bus'; expected that key")]
    [InlineData("iommu: smmu", "iommu: mmu", "36:12: the board has no MMU mmu (did you mean smmu?); expected smmu or bus")]
    [InlineData("bus_mmu: bus", "bus_mmu: mmu", "37:14: the board has no MMU mmu (did you mean smmu?); expected smmu or bus")]
    [InlineData("device: gpu, peer_bus: pcie, ", "", "7:5: an entry of memory has no key 'device'; expected that key")]
    [InlineData("device: gpu,", "device: npu,", "7:71: the board has no device npu (did you mean gpu?); expected gpu, display or camera")]
    [InlineData(
        "kind: vram", "kind: carveout", "7:75: memory that belongs to no device has the key 'device'; expected that key only with kind: vram")]
    [InlineData(
        "size: 1MiB, source", "size: 1MiB, peer_bus: pcie, source",
        "10:73: memory that belongs to no device has the key 'peer_bus'; expected that key only with kind: vram")]
    [InlineData("bus_mmu: bus", "bus_mmu: smmu", "37:14: gpu is behind smmu twice; expected two MMUs")]
    [InlineData(
        "contiguous: true, sources", "iommu: smmu, contiguous: true, sources",
        "19:12: gpu and display share smmu: the DMA API manages its tables, not a driver; expected a board that can exist")]
    [InlineData(
        "0xffffffff, source: a choice}", "0xffffffff, owner: driver, source: a choice}",
        "25:114: gpu has smmu of its own above bus, whose tables the DMA API manages, not a driver; expected a board that can exist")]
    [InlineData(
        "kind: protected", "kind: bounce",
        "10:24: every-key has two bounce pools, secure and pool; expected one without users")]
    [InlineData(
        "0x20000000, size: 1MiB", "0x100000000, size: 2GiB",
        "10:58: A bounce pool of 2147483648 bytes; expected 2048 to 1073741824")]
    [InlineData("areas: 4", "areas: 3", "10:88: Region pool: 3 areas; expected a power of two")]
    [InlineData("areas: 4", "areas: 8", "10:88: Region pool: 1048576 bytes in 8 areas; expected a multiple of 262144 bytes in each")]
    [InlineData("areas: 4", "areas: 0", "10:88: areas is text '0'; expected a number from 1 to 4096")]
    [InlineData(
        "kind: bounce, start", "kind: carveout, start", "10:90: Region pool states areas; expected only for the bounce pool")]
    [InlineData("name: bus, output", "name: smmu, output", "25:12: two MMUs are named smmu; expected a different name for each")]
    [InlineData("granule: 65536", "granule: 8192", "13:14: granule is text '8192'; expected 4096, 16384 or 65536 bytes")]
    [InlineData(
        "granule: 65536", "granule: 8GiB",
        "13:14: granule is text '8GiB'; expected 1 to 4294967295, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData("    last: 0xddbfffff\n", "", "12:5: an entry of iommus has no key 'last'; expected that key")]
    [InlineData(
        "last: 0xffffffff, ", "last: 0x1ffe, ",
        "25:95: No whole granule of 4096 bytes lies from 0x1000 to 0x1ffe; expected an MMU that can exist")]
    [InlineData(
        "policy: first-fit", "policy: best-fit", "16:13: policy is text 'best-fit'; expected top-down, first-fit or round-robin")]
    [InlineData("alignment: granule", "alignment: page", "17:16: alignment is text 'page'; expected size or granule")]
    [InlineData("reuse: lazy", "reuse: never", "18:12: reuse is text 'never'; expected strict or lazy")]
    [InlineData("owner: driver", "owner: me", "19:12: owner is text 'me'; expected dma-api or driver")]
    [InlineData("contexts: 4", "contexts: 65", "20:15: contexts is text '65'; expected a number from 1 to 64")]
    [InlineData("contexts: 4", "contexts: 0", "20:15: contexts is text '0'; expected a number from 1 to 64")]
    [InlineData(
        "size: 0x1000}", "size: 0}",
        "23:35: size is text '0'; "
            + "expected 1 to 18446744070219890688, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData(
        "size: 0x1000}", "end: 0x1000}", "23:29: an entry of reserved has the unknown key 'end'; expected start or size")]
    [InlineData("trusted: true", "trusted: 1", "39:14: trusted is text '1'; expected true or false")]
    [InlineData(
        "preferred_segment_size: 2MiB", "preferred_segment_size: 4GiB",
        "43:29: preferred_segment_size is text '4GiB'; "
            + "expected 0 to 4294967295, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData(
        "source: a choice}\ndevices", "origin: a choice}\ndevices",
        "25:107: an entry of iommus has the unknown key 'origin'; "
            + "expected name, granule, first, last, policy, alignment, reuse, caches, owner, contexts, reserved, output_limit, enabled or source")]
    public void Read_says_where_and_what_is_wrong_with_MMUs_and_special_memory(string right, string wrong, string expected)
    {
        using var file = new TemporaryFile(EveryKey.Board.With(right, wrong));

        var exception = Assert.Throws<FileFormatException>(() => BoardFile.Read(file.Path));

        Assert.Equal($"{file.Path}:{expected}", exception.Message);
    }

    [Fact]
    public void Read_refuses_an_MMU_where_the_board_has_none()
    {
        using var file = new TemporaryFile(Valid.With("coherent: true", "iommu: smmu"));

        var exception = Assert.Throws<FileFormatException>(() => BoardFile.Read(file.Path));

        Assert.Equal($"{file.Path}:23:12: the board has no MMU smmu; expected none", exception.Message);
    }

    [Fact]
    public void Read_takes_a_window_that_ends_with_the_last_address()
    {
        var board = Read(EveryKey.Board.With("start: 0xd0000000, size: 0x1000", "start: 0xfffffffffffff000, size: 0x1000"));

        Assert.Equal(ulong.MaxValue, board.Stages[0].Layout.Reserved[1].Last.Value);
    }

    [Fact]
    public void Read_refuses_when_there_are_too_many_regions()
    {
        var regions = Enumerable.Range(0, PhysicalMemory.RegionsMax)
            .Select(index => $"  - {{name: r{index}, kind: system, start: {index * 4096}, size: 4096, source: x}}\n");
        using var file = new TemporaryFile(Valid.With("memory:\n", $"memory:\n{string.Concat(regions)}"));

        var exception = Assert.Throws<FileFormatException>(() => BoardFile.Read(file.Path));

        Assert.Equal($"{file.Path}:4:3: memory has 66 entries; expected at most 64", exception.Message);
    }

    private static Model.Boards.BoardDefinition Read(string text)
    {
        using var file = new TemporaryFile(text);
        return BoardFile.Read(file.Path);
    }
}
