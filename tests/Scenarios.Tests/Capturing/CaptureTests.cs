using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using DmaGrains.Scenarios.Capturing;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Tests.Capturing;

public sealed class CaptureTests
{
    [Fact]
    public void Memory_is_the_RAM_of_each_zone_without_contiguous_areas()
    {
        using var machine = AnyMachine.ServerWith();

        var board = BoardOf(machine);

        Assert.Equal(
            [
                ("dma", MemoryKind.System, 0x1000UL, 0x9e000UL), ("dma-2", MemoryKind.System, 0x100000UL, 0xf00000UL),
                ("dma32", MemoryKind.System, 0x1000000UL, 0x1000000UL), ("reserved", MemoryKind.Contiguous, 0x2000000UL, 0x400000UL),
                ("dma32-2", MemoryKind.System, 0x2400000UL, 0x1c00000UL),
            ],
            board.Memory.Select(region => (region.Name, region.Kind, region.Range.Address.Value, region.Range.SizeBytes)));
    }

    [Fact]
    public void Devices_have_what_the_kernel_shows()
    {
        using var machine = AnyMachine.ServerWith();

        var board = BoardOf(machine);

        Assert.Equal(["0000-00-02.0", "0000-00-17.0", "virtio0"], board.Devices.Select(device => device.Name));
        var (gpu, disk, virtio) = (board.Devices[0], board.Devices[1], board.Devices[2]);
        Assert.Equal((0x7f_ffff_ffffUL, true, null, null), (gpu.DmaMask, gpu.Coherent, gpu.Parameters, gpu.Iommu));
        Assert.Equal((65536u, 128u, "group-0"), (disk.Parameters!.Value.MaxSegmentSize, disk.Parameters.Value.MaxSegmentCount, disk.Iommu));
        Assert.Equal((254u, 0xffff_ffff_ffffUL), (virtio.Parameters!.Value.MaxSegmentCount, virtio.DmaMask));
    }

    [Fact]
    public void Groups_that_translate_are_MMUs()
    {
        using var machine = AnyMachine.ServerWith();

        var mmu = Assert.Single(BoardOf(machine).Stages);

        Assert.Equal(
            ("group-0", 0x1000UL, 0x7f_ffff_ffffUL, IovaReuse.Lazy),
            (mmu.Name, mmu.Layout.First.Value, mmu.Layout.Last.Value, mmu.Layout.Reuse));
        Assert.Equal(0xfee00000UL, Assert.Single(mmu.Layout.Reserved).First.Value);
    }

    [Theory]
    [InlineData("0x0000000000000000 0xffffffffffffffff reserved", 0)]
    [InlineData("0x0000000000000000 0x0000000000000fff direct", 1)]
    [InlineData("0x0000007ffffff000 0xffffffffffffffff reserved", 1)]
    [InlineData("0x000000fd00000000 0x000000ffffffffff reserved", 0)]
    [InlineData("0x2000 0x1000 reserved\nnonsense\n0x 0x msi", 0)]
    public void Windows_that_a_group_reserves_are_those_that_can_be(string regions, int count)
    {
        using var machine = AnyMachine.ServerWith(("sys/kernel/iommu_groups/0/reserved_regions", regions));

        Assert.Equal(count, Assert.Single(BoardOf(machine).Stages).Layout.Reserved.Length);
    }

    [Fact]
    public void What_the_format_does_not_hold_is_in_comments()
    {
        using var machine = AnyMachine.ServerWith();

        var text = Capture(machine).Text!;

        Assert.All(
            [
                "dma-heaps: system.", "Bounce pool (swiotlb): 64 MiB", "Devices: 1 left out, PCI bridges.", "IOMMU group 1 (0000-00-02.0): identity",
                "# sda: dma_alignment 3", "# NUMA node 1", "pci 0000:00:17.0: block sda, block sdb", "drm card0", "/sys/block/*/queue/seg_boundary_mask",
                "title: \"Some \\\"Server\\\": 9000, Linux 6.1.0-56-amd64, x86_64\"",
            ],
            words => Assert.Contains(words, text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_plain_user_gets_memory_by_blocks_and_is_told_what_he_does_not_see()
    {
        using var machine = AnyMachine.Phone();

        var report = Capture(machine);
        var board = BoardFile.Parse(report.Text!, "captured");

        Assert.Equal(("Maker-Phone", "aarch64"), (board.Name, report.Architecture));
        Assert.Equal(("dma", 0x80000000UL, 256UL << 20), (board.Memory[0].Name, board.Memory[0].Range.Address.Value, board.Memory[0].Range.SizeBytes));
        Assert.Equal(
            [("5000000.gpu", true, 0UL), ("display", false, 0UL)],
            board.Devices.Select(device => (device.Name, device.Coherent, device.DmaMask)));
        Assert.Contains(report.Unread, unread => unread.Path == "/proc/iomem" && unread.Reason.Contains("no addresses", StringComparison.Ordinal));
        Assert.Contains(report.Unread, unread => unread.Path == "/sys/kernel/debug/cma");
        Assert.Contains(report.Unread, unread => unread.Path == "dma_mask_bits" && unread.Reason.EndsWith("5000000.gpu and display", StringComparison.Ordinal));
        Assert.Contains(report.LeftOut, remark => remark.StartsWith("Contiguous areas (CMA): 32 MiB", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(262144, true)]
    [InlineData(65536, false)]
    public void Pages_that_boards_do_not_have_are_told(int totalKiB, bool areLarger)
    {
        // 16,384 managed pages: of 16 KiB in the first case, of 4 KiB in the second.
        using var machine = AnyMachine.ServerWith(
            ("proc/sys/kernel/arch", "aarch64"),
            ("proc/meminfo", $"MemTotal: {totalKiB} kB"),
            ("proc/zoneinfo", "Node 0, zone Normal\n spanned 16384\n managed 16384\n start_pfn: 0\n"));

        var report = Capture(machine);

        Assert.Equal(areLarger, report.LeftOut.Any(remark => remark.StartsWith("Pages of 16384 bytes: boards have pages of 4096", StringComparison.Ordinal)));
    }

    [Fact]
    public void Areas_are_left_out_for_the_reason_that_holds()
    {
        const string areas = "/sys/kernel/debug/cma";
        (string, string?)[] ofUnknownPages = [("proc/sys/kernel/arch", "aarch64"), ("proc/meminfo", "MemTotal: 99999 kB\nCmaTotal: 4096 kB")];
        using var unknownPages = AnyMachine.ServerWith(ofUnknownPages);
        using var unreadable = AnyMachine.ServerWith(("sys/kernel/debug/cma/reserved/base_pfn", null));
        using var unmounted = AnyMachine.Phone();

        Assert.Equal(
            ["reserved is counted in pages, and the kernel's page size is not known", "reserved has no base_pfn and count that can be read, or they lie beyond 52-bit addresses",
                "it needs root and a mounted debugfs"],
            new[] { unknownPages, unreadable, unmounted }.Select(machine => Capture(machine).Unread.Single(unread => unread.Path == areas).Reason));
    }

    [Fact]
    public void Zones_alone_tell_where_memory_is_with_its_holes()
    {
        using var machine = AnyMachine.ServerWith(("proc/iomem", null), ("sys/kernel/debug/cma/reserved/base_pfn", null));

        Assert.Equal(
            [(0x1000UL, 0xfff000UL), (0x1000000UL, 0x3000000UL)],
            BoardOf(machine).Memory.Select(region => (region.Range.Address.Value, region.Range.SizeBytes)));
    }

    [Fact]
    public void An_empty_machine_has_no_board_and_is_told_all_that_is_missing()
    {
        using var empty = new TemporaryFolder();

        var report = Scenarios.Capturing.Capture.Of(new MachineTree(empty.Path), null);

        Assert.Null(report.Text);
        Assert.Null(report.Board);
        Assert.Equal(
            ["/proc/iomem", "/proc/meminfo", "/proc/sys/kernel/arch", "/proc/sys/kernel/osrelease", "/proc/zoneinfo", "/sys/devices/system/memory",
                "/sys/kernel/debug/swiotlb/io_tlb_nslabs", "the kernel's page size"],
            report.Unread.Select(unread => unread.Path));
    }

    [Fact]
    public void The_machine_at_hand_has_a_board_or_is_told_why_not()
    {
        var report = Scenarios.Capturing.Capture.Of(new MachineTree(MachineTree.Here), "here");

        if (report.Text is { } text)
        {
            Assert.True(Board.Create(BoardFile.Parse(text, "captured")).IsGranted);
        }
        else
        {
            Assert.NotEmpty(report.Unread);
        }
    }

    [Fact]
    public void Files_cut_or_filled_with_anything_give_a_board_that_can_be_read_or_none()
    {
        var names = AnyMachine.Server.Keys.Order(StringComparer.Ordinal).ToArray();
        var anyText = Gen.OneOf(
            Any.Of("", "-1", "0", "18446744073709551615", "99999999999999999999", "0x", "null", "a\nb: \"c", "\u001b[2J", "Node 0, zone DMA\n spanned 18446744073709551615\n start_pfn: 18446744073709551615\n", "00000000-ffffffffffffffff : System RAM\n", "00000001-00000002 : System RAM\n0-fffffffffffffffe : System RAM"),
            Gen.String[0, 20]);
        Gen.Select(Gen.Int[0, names.Length - 1], anyText, Gen.Double[0, 1], Gen.Bool).Array[1, 4].Sample(
            changes =>
            {
                using var machine = AnyMachine.ServerWith([.. changes
                    .DistinctBy(change => change.Item1)
                    .Select(change => (names[change.Item1], (string?)(change.Item4
                        ? AnyMachine.Server[names[change.Item1]][..(int)(change.Item3 * AnyMachine.Server[names[change.Item1]].Length)]
                        : change.Item2)))]);

                if (Capture(machine).Text is { } text)
                {
                    Assert.True(Board.Create(BoardFile.Parse(text, "captured")).IsGranted);
                }
            },
            iter: 100);
    }

    [Fact]
    public void Names_of_a_copied_tree_come_out_as_names_and_quoted_text()
    {
        using var machine = AnyMachine.ServerWith(("sys/class/dmi/id/product_name", "null"));
        machine.Write("sys/bus/amba/devices/~a: [b]/x", string.Empty);
        machine.Link("sys/bus/amba/devices/~a: [b]/driver", "../\"quoted\" # \\ \u001b");
        machine.Link("sys/class/net/eth0", "../../bus/amba/devices/~a: [b]/net/eth0");

        var board = BoardOf(machine);

        Assert.Equal("null", board.Name);
        Assert.Contains(board.Devices, device => device.Name == "x-a---b-");
    }

    private static CaptureReport Capture(AnyMachine machine) => Scenarios.Capturing.Capture.Of(new MachineTree(machine.Root), null);

    private static BoardDefinition BoardOf(AnyMachine machine) => BoardFile.Parse(Capture(machine).Text!, "captured");
}
