using System.Diagnostics;
using System.Net.Sockets;
using CsCheck;
using DmaGrains.Kernel.Capturing;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Kernel.Tests.Capturing;

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
        Assert.Equal((0x7f_ffff_ffffUL, true, uint.MaxValue, null), (gpu.DmaMask, gpu.Coherent, gpu.Parameters!.Value.MaxSegmentSize, gpu.Iommu));
        Assert.Equal((65536u, 128u, "group-0"), (disk.Parameters!.Value.MaxSegmentSize, disk.Parameters.Value.MaxSegmentCount, disk.Iommu));
        Assert.Equal((254u, 0xffff_ffff_ffffUL), (virtio.Parameters!.Value.MaxSegmentCount, virtio.DmaMask));
    }

    [Fact]
    public void What_the_kernel_does_not_show_of_a_driver_is_from_the_catalogue()
    {
        using var phone = AnyMachine.Phone();
        phone.Link("sys/bus/platform/drivers/gpu/module", "../../../../module/etnaviv");
        phone.Link("sys/bus/platform/drivers/display/module", "../../../../module/coda_vpu");
        using var server = AnyMachine.ServerWith();

        var (gpu, codec) = (BoardOf(phone).Devices.Single(device => device.Name == "5000000.gpu"), BoardOf(phone).Devices.Single(device => device.Name == "display"));
        var disk = BoardOf(server).Devices.Single(device => device.Name == "0000-00-17.0");

        Assert.Equal((1u << 31, (1ul << 40) - 1), (gpu.Parameters!.Value.MaxSegmentSize, gpu.DmaMask));
        Assert.True(codec.RequiresContiguous);
        Assert.Contains("etnaviv_drv.c:532 of Linux 6.12, from the catalogue", Capture(phone).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Capture(phone).Unread, unread => unread.Path == "dma_parms");
        Assert.True(disk.NeverExports);
        Assert.Equal(128u, disk.Parameters!.Value.MaxSegmentCount);
    }

    [Theory]
    [InlineData("xhci_hcd", null, "0x0c0330", uint.MaxValue)]
    [InlineData("xhci_hcd", "some_other", "0x0c0330", null)]
    [InlineData("vfio-pci", null, "0x0c0330", null)]
    [InlineData("xhci_hcd", null, "0x0c0340", null)]
    [InlineData("anything", "xhci_pci", "0x0c0340", uint.MaxValue)]
    public void A_driver_is_told_by_its_module_and_where_it_is_built_in_by_its_device(string driver, string? module, string @class, uint? maxSegmentSize)
    {
        const string usb = "sys/devices/pci0000:00/0000:00:14.0";
        using var machine = AnyMachine.ServerWith(($"{usb}/class", $"{@class}\n"), ($"{usb}/vendor", "0x8086\n"), ($"{usb}/device", "0xa0ed\n"));
        machine.Link("sys/bus/pci/devices/0000:00:14.0", "../../../devices/pci0000:00/0000:00:14.0");
        machine.Link($"{usb}/driver", $"../../../bus/pci/drivers/{driver}");
        if (module is not null)
        {
            machine.Link($"sys/bus/pci/drivers/{driver}/module", $"../../../../module/{module}");
        }

        var device = BoardOf(machine).Devices.Single(device => device.Name == "0000-00-14.0");

        Assert.Equal(maxSegmentSize, device.Parameters?.MaxSegmentSize);
        Assert.Equal(
            maxSegmentSize is not null && module is null,
            Capture(machine).Text!.Contains("# xhci-pci of the catalogue, told by PCI 8086:a0ed class 0c0330: its driver is built in", StringComparison.Ordinal));
    }

    [Fact]
    public void A_built_in_virtio_driver_is_told_by_the_kind_of_its_device()
    {
        using var machine = AnyMachine.ServerWith(("sys/devices/pci0000:00/0000:00:03.0/virtio1/device", "0x0008\n"));
        machine.Link("sys/bus/virtio/devices/virtio1", "../../../devices/pci0000:00/0000:00:03.0/virtio1");
        machine.Link("sys/devices/pci0000:00/0000:00:03.0/virtio1/driver", "../../../../bus/virtio/drivers/anything");

        Assert.True(BoardOf(machine).Devices.Single(device => device.Name == "virtio1").NeverExports);
        Assert.Contains("# virtio-scsi of the catalogue, told by virtio 8:", Capture(machine).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_built_in_driver_of_a_device_tree_is_told_by_the_strings_of_its_node()
    {
        using var phone = AnyMachine.Phone();
        phone.Write("sys/firmware/devicetree/base/soc/gpu@5000000/compatible", "nobody,knows-this\0vivante,gc\0");

        Assert.Equal(1u << 31, BoardOf(phone).Devices.Single(device => device.Name == "5000000.gpu").Parameters!.Value.MaxSegmentSize);
        Assert.Contains("# etnaviv of the catalogue, told by compatible nobody,knows-this, vivante,gc", Capture(phone).Text, StringComparison.Ordinal);
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

    [Theory]
    [InlineData("4095", "0", 4095UL)]
    [InlineData("511", "4095", 4095UL)]
    [InlineData("0", "0", 0UL)]
    [InlineData("65535", "0", 0UL)]
    [InlineData("4094", "511", 511UL)]
    public void Gaps_between_segments_are_those_of_the_queue_that_takes_fewest(string first, string second, ulong mask)
    {
        using var machine = AnyMachine.ServerWith(
            ("sys/devices/pci0000:00/0000:00:17.0/ata1/host0/block/sda/queue/virt_boundary_mask", first),
            ("sys/devices/pci0000:00/0000:00:17.0/ata2/host1/block/sdb/queue/virt_boundary_mask", second));

        var disk = BoardOf(machine).Devices.Single(device => device.Name == "0000-00-17.0");

        Assert.Equal(mask, disk.Limits[ListLimit.VirtBoundaryMask]);
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
    [InlineData(1048576, "page_size: 64KiB\n")]
    [InlineData(262144, "page_size: 16KiB\n")]
    [InlineData(65536, null)]
    public void Pages_of_the_kernel_are_those_that_make_the_total(int totalKiB, string? line)
    {
        // 16,384 managed pages.
        using var machine = AnyMachine.ServerWith(
            ("proc/sys/kernel/arch", "aarch64"),
            ("proc/meminfo", $"MemTotal: {totalKiB} kB"),
            ("proc/zoneinfo", "Node 0, zone Normal\n spanned 16384\n managed 16384\n start_pfn: 0\n"));

        var report = Capture(machine);

        Assert.Equal(line is not null, report.Text!.Contains(line ?? "page_size", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1792, 4096, "page_block: 4MiB\n")]
    [InlineData(2048, 2048, null)]
    [InlineData(2048, 4100, "page_block: 64KiB\n")]
    public void Areas_that_the_kernel_created_say_how_large_its_page_blocks_are_at_most(int firstPage, int pages, string? line)
    {
        using var machine = AnyMachine.ServerWith(
            ("proc/sys/kernel/arch", "aarch64"),
            ("proc/meminfo", "MemTotal: 262144 kB"),
            ("proc/iomem", "00000000-0fffffff : System RAM\n"),
            ("proc/zoneinfo", "Node 0, zone Normal\n spanned 16384\n managed 16384\n start_pfn: 0\n"),
            ("sys/kernel/debug/cma/reserved/base_pfn", $"{firstPage}"),
            ("sys/kernel/debug/cma/reserved/count", $"{pages}"));

        var report = Capture(machine);

        Assert.Equal(line is not null, report.Text!.Contains(line ?? "page_block", StringComparison.Ordinal));
        Assert.All(BoardFile.Parse(report.Text, "captured").Memory, region => Assert.Null(region.MissedPageBlock));
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
            ["reserved is counted in pages, and the kernel's page size is not known", "reserved has no readable base_pfn and count, or they are beyond 52-bit addresses",
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

        var report = Kernel.Capturing.Capture.Of(new MachineTree(empty.Path), null);

        Assert.Null(report.Text);
        Assert.Null(report.Board);
        Assert.Equal(
            ["/proc/iomem", "/proc/meminfo", "/proc/sys/kernel/arch", "/proc/sys/kernel/osrelease", "/proc/zoneinfo", "/sys/devices/system/memory",
                "/sys/kernel/debug/swiotlb/io_tlb_nslabs", "the kernel's page size"],
            report.Unread.Select(unread => unread.Path));
    }

    [Theory]
    [InlineData("04000000-07ffffff : System RAM", "")]
    [InlineData("04000000-07ffffff : Persistent Memory\n  04000000-07ffffff : dax0.0\n    04000000-07ffffff : System RAM (kmem)", "64 MiB of System RAM (kmem), which a driver added")]
    [InlineData("04000000-0fffffff : virtio0\n  04000000-07ffffff : System RAM (virtio_mem)", "64 MiB of System RAM (virtio_mem), which a driver added")]
    [InlineData("04000000-07ffffff : Soft Reserved\n  04000000-07ffffff : System RAM (hmem)", "64 MiB of Soft Reserved in /proc/iomem; it counts")]
    public void Every_kind_of_system_RAM_is_memory(string lines, string saying)
    {
        using var machine = AnyMachine.ServerWith(
            ("proc/iomem", $"00100000-03ffffff : System RAM\n{lines}\n"),
            ("proc/zoneinfo", "Node 0, zone DMA32\n spanned 32768\n managed 32768\n start_pfn: 0\n"),
            ("sys/kernel/debug/cma/reserved/base_pfn", null));

        var report = Capture(machine);
        var ram = Assert.Single(BoardFile.Parse(report.Text!, "captured").Memory);

        Assert.Equal((0x100000UL, 0x7f00000UL), (ram.Range.Address.Value, ram.Range.SizeBytes));
        Assert.Contains(report.LeftOut, remark => remark.Contains(saying, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("80000000-bfffffff : System RAM (boot alias)", "1 GiB of System RAM (boot alias) in /proc/iomem, which the page allocator does not have, left out.")]
    [InlineData("80000000-bfffffff : Persistent Memory\n  80000000-bfffffff : namespace0.0", "1 GiB of Persistent Memory in /proc/iomem, which the page allocator does not have, left out.")]
    [InlineData("80000000-bfffffff : Persistent Memory (legacy)", "1 GiB of Persistent Memory (legacy)")]
    [InlineData("  02000000-02ffffff : Crash kernel", "16 MiB of Crash kernel in /proc/iomem; it counts as other RAM here.")]
    public void Memory_that_is_not_given_out_is_told_of(string line, string saying)
    {
        using var plain = AnyMachine.ServerWith();
        using var machine = AnyMachine.ServerWith(("proc/iomem", $"{AnyMachine.Server["proc/iomem"]}{line}\n"));

        Assert.Equal(BoardOf(plain).Memory, BoardOf(machine).Memory);
        Assert.Contains(Capture(machine).LeftOut, remark => remark.Contains(saying, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_dropped_of_memory_is_told_of()
    {
        using var phone = AnyMachine.Phone();
        using var machine = AnyMachine.ServerWith(
            ("proc/iomem", "00001000-0009fbff : System RAM\n00100000-03ffffff : System RAM\n10000000000000-100000000fffff : System RAM\n"),
            ("proc/zoneinfo", $"{AnyMachine.Server["proc/zoneinfo"]}Node 0, zone Device\n spanned 256\n managed 0\n start_pfn: 65536\nNode 1, zone Odd\n spanned x\n start_pfn: 1\n"),
            ("sys/kernel/debug/cma/other/count", "12"));

        Assert.Contains("Memory: 1 of 3 blocks in /sys/devices/system/memory are not online or do not say where they are, left out.", Capture(phone).LeftOut);
        var left = Capture(machine).LeftOut;
        Assert.All(
            ["Memory: 3 KiB in less than a page", "Memory: 1 MiB in no zone", "Memory: 1 MiB in zone Device", "Memory: zone Odd of node 1", "Contiguous areas (CMA) other have no readable base_pfn"],
            saying => Assert.Contains(left, remark => remark.StartsWith(saying, StringComparison.Ordinal)));
    }

    [Fact]
    public void Devices_on_other_buses_are_counted()
    {
        using var machine = AnyMachine.ServerWith(("sys/bus/i2c/devices/0-0050/name", "x"), ("sys/bus/usb/devices/1-1/x", "x"), ("sys/bus/usb/devices/usb1/x", "x"), ("sys/bus/cpu/devices/cpu0/x", "x"));

        Assert.Contains("Devices: 3 left out, on buses that are not read: i2c 1, usb 2.", Capture(machine).LeftOut);
    }

    // What the device tree says at the GPU, its bus and the root; "+" is dma-coherent, "-" dma-noncoherent.
    [Theory]
    [InlineData("aarch64", "", "", "", false)]
    [InlineData("aarch64", "+", "", "", true)]
    [InlineData("aarch64", "", "+", "", true)]
    [InlineData("aarch64", "", "", "+", true)]
    [InlineData("aarch64", "-", "+", "", false)]
    [InlineData("aarch64", "+", "-", "", true)]
    [InlineData("aarch64", "+-", "", "", true)]
    [InlineData("armv7l", "", "", "", false)]
    [InlineData("riscv64", "", "", "", true)]
    [InlineData("riscv64", "-", "", "", false)]
    [InlineData("riscv64", "", "-", "", false)]
    [InlineData("riscv64", "+", "-", "", true)]
    [InlineData("s390x", "-", "", "", true)]
    [InlineData("ppc64le", "-", "", "", true)]
    [InlineData("x86_64", "-", "-", "-", true)]
    [InlineData("i586", "", "", "", true)]
    [InlineData("mips64", "", "", "", null)]
    [InlineData("mips64", "", "+", "", true)]
    [InlineData("ppc", "-", "", "", false)]
    public void Who_snoops_is_what_the_architecture_and_the_device_tree_say(string architecture, string device, string bus, string root, bool? snoops)
    {
        using var machine = AnyMachine.Phone();
        const string tree = "sys/firmware/devicetree/base";
        machine.Write("proc/sys/kernel/arch", architecture);
        File.Delete(Path.Combine(machine.Root, tree, "soc/dma-coherent"));
        foreach (var (folder, says) in new[] { ($"{tree}/soc/gpu@5000000", device), ($"{tree}/soc", bus), (tree, root) })
        {
            foreach (var sign in says)
            {
                machine.Write($"{folder}/{(sign == '+' ? "dma-coherent" : "dma-noncoherent")}", string.Empty);
            }
        }

        var report = Capture(machine);
        var gpu = BoardFile.Parse(report.Text!, "captured").Devices[0];

        Assert.Equal(("5000000.gpu", snoops ?? false), (gpu.Name, gpu.Coherent));
        Assert.Equal(snoops is null, report.Unread.Any(unread => unread.Path == "dma-coherent" && unread.Reason.Contains("5000000.gpu", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("vendor_id : IBM/S390\n# processors : 2\n", "s390x")]
    [InlineData("processor : 0\nvendor_id : GenuineIntel\nflags : fpu\n", "x86_64")]
    [InlineData("processor : 0\nCPU implementer : 0x41\nCPU architecture: 8\n", "aarch64")]
    [InlineData("processor : 0\nCPU implementer : 0x41\nCPU architecture: 7\n", "arm")]
    [InlineData("processor : 0\nhart : 1\nisa : rv64imafdc\n", "riscv64")]
    [InlineData("processor : 0\ncpu : POWER9, altivec supported\n", "ppc64")]
    [InlineData("processor : 0\nCPU Family : Loongson-64bit\n", "loongarch64")]
    [InlineData("processor : 0\n", null)]
    public void An_older_kernel_s_architecture_is_that_of_its_processors(string processors, string? architecture)
    {
        using var machine = AnyMachine.ServerWith(("proc/sys/kernel/arch", null), ("proc/cpuinfo", processors));

        Assert.Equal(architecture, Capture(machine).Architecture);
    }

    [Fact]
    public void What_is_not_a_regular_file_is_not_opened()
    {
        using var machine = AnyMachine.ServerWith(("proc/meminfo", null), ("proc/cpuinfo", null), ("proc/sys/kernel/arch", null));
        using var made = Process.Start("mkfifo", [Path.Combine(machine.Root, "proc/meminfo")]);
        made.WaitForExit();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(machine.Root, "proc/cpuinfo")));

        var unread = Capture(machine).Unread;

        Assert.Contains(new("/proc/meminfo", "it is a pipe, not a regular file"), unread);
        Assert.Contains(new("/proc/cpuinfo", "it is a socket, not a regular file"), unread);
    }

    [Fact]
    public void A_file_that_is_too_long_is_not_read()
    {
        using var machine = AnyMachine.ServerWith();
        using (var file = File.OpenWrite(Path.Combine(machine.Root, "proc/iomem")))
        {
            file.SetLength(MachineTree.LengthMax + 1L);
        }

        Assert.Contains(Capture(machine).Unread, unread => unread is { Path: "/proc/iomem", Reason: "it is longer than 16 MiB" });
    }

    [Fact]
    public void The_machine_at_hand_has_a_board_or_is_told_why_not()
    {
        var report = Kernel.Capturing.Capture.Of(new MachineTree(MachineTree.Here), "here");

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

    private static CaptureReport Capture(AnyMachine machine) => Kernel.Capturing.Capture.Of(new MachineTree(machine.Root), null);

    private static BoardDefinition BoardOf(AnyMachine machine) => BoardFile.Parse(Capture(machine).Text!, "captured");
}
