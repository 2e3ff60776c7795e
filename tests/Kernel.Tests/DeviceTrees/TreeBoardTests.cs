using CsCheck;
using DmaGrains.Kernel.Capturing;
using DmaGrains.Kernel.DeviceTrees;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tests.DeviceTrees;

public sealed class TreeBoardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trees-").FullName;

    private static readonly Gen<(ulong Start, ulong SizeBytes)> _genRange = Gen.Select(
        Gen.ULong[0, 1UL << 33], Gen.OneOf(Gen.ULong[0, 1 << 20], Gen.ULong[0, 1UL << 31], Gen.Const(ulong.MaxValue)));

    private static readonly Gen<(string[] Marks, string Compatible, (ulong Start, ulong SizeBytes) Range, bool IsPlaced)> _genRegion = Gen.Select(
        Gen.Int[0, 2].Select(index => new[] { "no-map", "reusable", "linux,cma-default" }[index]).Array[0, 2],
        Gen.Int[0, 2].Select(index => new[] { "shared-dma-pool", "restricted-dma-pool", "example,any" }[index]),
        _genRange,
        Gen.Bool);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Whatever_is_reserved_the_board_loads_and_hands_out_no_page_that_is_kept() =>
        Gen.Select(_genRange.Array[0, 3], _genRegion.Array[0, 12]).Sample((memory, regions) =>
        {
            var bytes = TreeWriter.Bytes(tree => Write(tree, memory, regions));
            var options = new TreeOptions { Architecture = TreeArchitecture.Arm64 };
            CaptureReport report;
            try
            {
                report = Capture.OfTree("a tree", bytes, options);
            }
            catch (DeviceTreeException refused)
            {
                Assert.Contains("expected --memory SIZE", refused.Message, StringComparison.Ordinal);
                report = Capture.OfTree("a tree", bytes, options with { Memory = [new(1UL << 30, null)] });
            }

            if (report.Text is null)
            {
                Assert.Equal(0, report.Regions);
                return;
            }

            var board = BoardFile.Parse(report.Text, "a tree");
            var kept = TreeFactsReader.Read(FlattenedTree.Read(bytes), TreeArchitecture.Arm64).Reserved
                .Where(region => region.Kind is ReservedKind.Reserved or ReservedKind.Restricted or ReservedKind.Coherent or ReservedKind.Cma)
                .SelectMany(region => region.Ranges);
            foreach (var system in board.Memory.Where(region => region.Kind == MemoryKind.System))
            {
                Assert.DoesNotContain(
                    kept,
                    range => range.SizeBytes > 0
                        && range.Start < system.Range.Address.Value + system.Range.SizeBytes
                        && (UInt128)range.Start + range.SizeBytes > system.Range.Address.Value);
            }

            foreach (var area in board.Memory.Where(region => region.Kind == MemoryKind.Contiguous))
            {
                Assert.Equal(0UL, (area.Range.Address.Value | area.Range.SizeBytes) % (2 << 20));
            }
        });

    [Fact]
    public void Devices_have_the_windows_of_their_bus_and_cards_those_of_their_host()
    {
        var board = BoardOf("pci-host");

        var host = board.Devices.Single(device => device.Name == "pcie@2000");
        Assert.True(host.Pci);
        Assert.Equal(
            new DmaWindows(new DmaWindow(0x80000000, 0x0, 0x20000000), new DmaWindow(0xa0000000, 0x1_0000_0000, 0x20000000)), host.Windows);
        Assert.Equal(host.Windows, board.Devices.Single(device => device.Name == "wifi@0,0").Windows);
    }

    [Fact]
    public void Each_stream_has_a_space_of_its_own_and_equal_streams_share_one()
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty).Property("#address-cells", 1).Property("#size-cells", 1);
            tree.Begin("memory@0").Text("device_type", "memory").Property("reg", 0, 0x4000_0000).End();
            tree.Begin("mmu").Text("compatible", "example,mmu").Property("phandle", 1).Property("#iommu-cells", 1).End();
            tree.Begin("a").Text("compatible", "example,a").Property("iommus", 1, 7).End();
            tree.Begin("b").Text("compatible", "example,b").Property("iommus", 1, 8).End();
            tree.Begin("c").Text("compatible", "example,c").Property("iommus", 1, 7, 1, 9).End();
            tree.Begin("d").Text("compatible", "example,d").Property("iommus", 1, 9).End();
            tree.End();
        });

        var board = BoardFile.Parse(Capture.OfTree("a tree", bytes, new()).Text!, "a tree");

        Assert.Equal(["mmu#0x7", "mmu#0x8", "mmu#0x7", "mmu#0x7"], board.Devices.Select(device => device.Iommu));
    }

    [Theory]
    [InlineData("iommu-second-disabled", null)]
    [InlineData("iommu-second-broken", "mmu@2000#0x5")]
    [InlineData("iommu-cells-missing", null)]
    [InlineData("phandle-duplicate", "mmu@2000#0x1")]
    public void A_device_is_behind_the_IOMMUs_that_can_be_read_unless_one_is_disabled(string name, string? space) =>
        Assert.Equal(space, BoardOf(name).Devices.Single(device => device.Name == "gpu@1000").Iommu);

    [Fact]
    public void A_display_whose_driver_takes_the_windows_of_another_node_has_these()
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty).Property("#address-cells", 1).Property("#size-cells", 1);
            tree.Begin("memory@0").Text("device_type", "memory").Property("reg", 0, 0x4000_0000).End();
            tree.Begin("soc").Property("#address-cells", 1).Property("#size-cells", 1).Property("dma-ranges", 0xc000_0000, 0, 0x3000_0000);
            tree.Begin("hvs@0").Text("compatible", "brcm,bcm2711-hvs").End().End();
            tree.Begin("gpu").Text("compatible", "brcm,bcm2711-vc5").End();
            tree.End();
        });

        var board = BoardFile.Parse(Capture.OfTree("a tree", bytes, new()).Text!, "a tree");

        Assert.Equal(new DmaWindows(new DmaWindow(0, 0xc000_0000, 0x3000_0000)), board.Devices.Single(device => device.Name == "gpu").Windows);
    }

    [Theory]
    [InlineData("marvell,armada388", "marvell,armada380", 2, true)]
    [InlineData("marvell,armada388", "marvell,armada380", 1, false)]
    [InlineData("marvell,armada370", "marvell,armada-370-xp", 2, false)]
    public void Every_device_of_some_Armadas_is_coherent_with_several_processors(string board, string chip, int processors, bool isCoherent)
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty).Property("#address-cells", 1).Property("#size-cells", 1).Text("compatible", board, chip).Begin("cpus");
            for (var index = 0; index < processors; index++)
            {
                tree.Begin($"cpu@{index}").Text("device_type", "cpu").Text("compatible", "arm,cortex-a9").End();
            }

            tree.End().Begin("memory@0").Text("device_type", "memory").Property("reg", 0, 0x4000_0000).End();
            tree.Begin("sata").Text("compatible", "example,sata").Property("dmas", 0).End().End();
        });

        Assert.Equal(isCoherent, BoardFile.Parse(Capture.OfTree("a tree", bytes, new()).Text!, "a tree").Devices.Single().Coherent);
    }

    [Fact]
    public void Kinds_of_reserved_memory_become_regions_or_are_kept()
    {
        var report = Capture.OfTree("a tree", Bytes("rsv-kinds"), new() { Architecture = TreeArchitecture.Arm64 });
        var board = BoardFile.Parse(report.Text!, "a tree");

        Assert.Equal(
            [
                ("dma", MemoryKind.System, 0x8000_0000UL, 0x2000_0000UL),
                ("dma-2", MemoryKind.System, 0xa010_0000, 0xf0_0000),
                ("dma-3", MemoryKind.System, 0xa140_0000, 0x1c0_0000),
                ("dma-4", MemoryKind.System, 0xa300_1000, 0xff_f000),
                ("dma-5", MemoryKind.System, 0xa400_1000, 0x17ff_f000),
                ("cma", MemoryKind.Contiguous, 0xbc00_0000, 0x400_0000),
            ],
            board.Memory.Select(region => (region.Name, region.Kind, region.Range.Address.Value, region.Range.SizeBytes)));
        Assert.Contains(
            "Memory: 4 MiB at 0xa1000000 kept: /reserved-memory/restricted@a1000000, a bounce pool for the devices that name it.",
            report.LeftOut);
    }

    [Theory]
    [InlineData(256, 1024, 1, null)]
    [InlineData(257, 1024, 1, "dma-ranges of /soc has 257 entries; expected at most 256")]
    [InlineData(256, 1025, 1, "the tree keeps 1025 ranges of memory; expected at most 1024")]
    [InlineData(256, 1024, 4096, "expected at most 1048576")]
    public void What_is_read_of_a_tree_is_bounded(int windows, int regions, int devices, string? problem)
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty).Property("#address-cells", 1).Property("#size-cells", 1);
            tree.Begin("memory@0").Text("device_type", "memory").Property("reg", 0, 0x7000_0000).End();
            tree.Begin("reserved-memory").Property("#address-cells", 1).Property("#size-cells", 1).Property("ranges");
            for (var index = 0; index < regions; index++)
            {
                tree.Begin($"r{index}").Property("reg", (uint)index << 13, 0x1000).End();
            }

            tree.End().Begin("soc").Property("#address-cells", 1).Property("#size-cells", 1)
                .Property("dma-ranges", [.. Enumerable.Range(0, windows).SelectMany(index => new[] { (uint)index << 13, (uint)index << 14, 0x1000U })]);
            for (var index = 0; index < devices; index++)
            {
                tree.Begin($"a-device-with-a-long-name-{index}").Text("compatible", "example,gpu").Property("dma-coherent").End();
            }

            tree.End().End();
        });

        if (problem is null)
        {
            Assert.NotNull(BoardFile.Parse(Capture.OfTree("a tree", bytes, new()).Text!, "a tree"));
        }
        else
        {
            Assert.EndsWith(problem, Assert.Throws<DeviceTreeException>(() => Capture.OfTree("a tree", bytes, new())).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Memory_that_a_device_names_is_for_it_alone()
    {
        var board = BoardOf("rsv-restricted-device");

        var pool = board.Memory.Single(region => region.Name == "p@a2000000");
        Assert.Equal((MemoryKind.Carveout, new NameList("gpu")), (pool.Kind, pool.Users));
        var bounces = board.Memory.Single(region => region.Name == "r@a1000000");
        Assert.Equal((MemoryKind.Bounce, new NameList("gpu"), "r@a1000000"), (bounces.Kind, bounces.Users, board.Devices.Single(device => device.Name == "gpu").ForcedPool));
        Assert.All(board.Memory.Where(region => region != pool && region != bounces), region => Assert.True(region.Users.IsEmpty));
    }

    [Theory]
    [InlineData("arm,hdlcd", "a", true, "a")]
    [InlineData("arm,hdlcd", "ab", true, "a")]
    [InlineData("arm,hdlcd", "ba", true, "b")]
    [InlineData("arm,hdlcd", "ca", false, "ca")]
    [InlineData("arm,hdlcd", "d", null, "")]
    [InlineData("fsl,imx6q-ipu", "ab", false, "ab")]
    [InlineData("example,display", "a", false, "a")]
    public void Buffers_lie_in_the_first_area_that_a_device_names_if_its_driver_is_known_to_ask_for_it(string compatible, string names, bool? takes, string users)
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty).Property("#address-cells", 1).Property("#size-cells", 1);
            tree.Begin("memory@0").Text("device_type", "memory").Property("reg", 0, 0x4000_0000).End();
            tree.Begin("reserved-memory").Property("#address-cells", 1).Property("#size-cells", 1).Property("ranges");
            tree.Begin("a").Text("compatible", "shared-dma-pool").Property("reusable").Property("phandle", 1).Property("reg", 0x1000_0000, 0x100_0000).End();
            tree.Begin("b").Text("compatible", "shared-dma-pool").Property("no-map").Property("phandle", 2).Property("reg", 0x1800_0000, 0x100_0000).End();
            tree.Begin("c").Property("no-map").Property("phandle", 3).Property("reg", 0x2000_0000, 0x100_0000).End();
            tree.Begin("d").Text("compatible", "shared-dma-pool").Property("reusable").Property("linux,cma-default").Property("phandle", 4).Property("reg", 0x2800_0000, 0x100_0000).End();
            tree.End();
            tree.Begin("display").Text("compatible", compatible).Property("memory-region", [.. names.Select(name => (uint)name - 'a' + 1)]).End();
            tree.End();
        });

        var text = Capture.OfTree("a tree", bytes, new()).Text!;
        var board = BoardFile.Parse(text, "a tree");

        Assert.Equal(takes, text.Contains("own_area: true", StringComparison.Ordinal) ? true : text.Contains("own_area: false", StringComparison.Ordinal) ? false : null);
        Assert.Equal(users.Order().Select(name => $"{name}"), board.Memory.Where(region => !region.Users.IsEmpty).Select(region => region.Name).Order());
        Assert.Equal(takes == true ? new NameList(users) : default, board.MemoryOf(new("frame", 1, "display")));
    }

    [Fact]
    public void What_is_behind_a_PCI_host_has_the_stream_of_its_requester_id_and_the_host_its_own()
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty).Property("#address-cells", 1).Property("#size-cells", 1);
            tree.Begin("memory@0").Text("device_type", "memory").Property("reg", 0, 0x4000_0000).End();
            tree.Begin("mmu").Text("compatible", "example,mmu").Property("phandle", 1).Property("#iommu-cells", 1).End();
            tree.Begin("pcie@5000").Text("compatible", "pci-host-ecam-generic").Text("device_type", "pci").Property("#address-cells", 3).Property("#size-cells", 2)
                .Property("reg", 0x5000, 0x1000).Property("iommus", 1, 0x77).Property("iommu-map", 0, 1, 0x10, 1, 0x100, 1, 0x1000, 0x200, 0x301, 1, 0x2000, 1);
            tree.Begin("pcie@0").Text("device_type", "pci").Property("#address-cells", 3).Property("#size-cells", 2).Property("reg", 0, 0, 0, 0, 0);
            tree.Begin("wifi@0,0").Text("compatible", "example,wifi").Property("dma-coherent").Property("reg", 0x1_0200, 0, 0, 0, 0).End();
            tree.Begin("gone@0,0").Text("compatible", "example,gone").Property("dma-coherent").Property("reg", 0x5_0000, 0, 0, 0, 0).End();
            tree.End().End().End();
        });

        var board = BoardFile.Parse(Capture.OfTree("a tree", bytes, new()).Text!, "a tree");

        Assert.Equal(
            [("pcie@5000", true, "mmu#0x1000"), ("pcie@5000-host", false, "mmu#0x77"), ("wifi@0,0", true, "mmu#0x1002"), ("gone@0,0", true, null)],
            board.Devices.Select(device => (device.Name, device.Pci, device.Iommu)));
    }

    [Theory]
    [InlineData(0x0U, 0xffff_ffffU, 0x10U)]
    [InlineData(0x1U, 0xffff_ffffU, null)]
    [InlineData(0x100U, 0xffff_ffffU, 0x1000U)]
    [InlineData(0x2ffU, 0xffff_ffffU, 0x11ffU)]
    [InlineData(0x300U, 0xffff_ffffU, null)]
    [InlineData(0x123U, 0xff00U, 0x1000U)]
    [InlineData(0x123U, 0xffU, null)]
    public void A_requester_id_has_the_stream_of_the_first_entry_that_holds_it(uint requester, uint mask, uint? stream)
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty).Property("#address-cells", 1).Property("#size-cells", 1);
            tree.Begin("mmu").Text("compatible", "example,mmu").Property("phandle", 1).Property("#iommu-cells", 1).End();
            tree.Begin("pcie@5000").Text("compatible", "pci-host-ecam-generic").Text("device_type", "pci").Property("#address-cells", 3).Property("#size-cells", 2)
                .Property("iommu-map-mask", mask).Property("iommu-map", 0, 1, 0x10, 1, 0x100, 1, 0x1000, 0x200, 0x180, 1, 0x5000, 0x100).End();
            tree.End();
        });

        var host = TreeFactsReader.Read(FlattenedTree.Read(bytes), TreeArchitecture.Arm64).Devices.Single();

        Assert.Equal(stream, host.IommuOf(requester)?.Stream);
    }

    [Theory]
    [InlineData(false, 0x40_0000u, true)]
    [InlineData(true, 0x40_0000u, true)]
    [InlineData(false, 0x4000_1000u, false)]
    public void Everything_is_copied_for_a_device_through_a_bounce_pool_of_its_own_unless_it_is_translated(bool isTranslated, uint size, bool hasPool)
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty).Property("#address-cells", 1).Property("#size-cells", 1);
            tree.Begin("memory@0").Text("device_type", "memory").Property("reg", 0, 0x8000_0000).End();
            tree.Begin("reserved-memory").Property("#address-cells", 1).Property("#size-cells", 1).Property("ranges");
            tree.Begin("pool@20000000").Text("compatible", "restricted-dma-pool").Property("reg", 0x2000_0000, size).Property("phandle", 2).End().End();
            tree.Begin("mmu").Text("compatible", "example,mmu").Property("phandle", 1).Property("#iommu-cells", 1).End();
            tree.Begin("nic").Text("compatible", "example,nic").Property("memory-region", 2);
            if (isTranslated)
            {
                tree.Property("iommus", 1, 7);
            }

            tree.End().End();
        });

        var report = Capture.OfTree("a tree", bytes, new());
        var board = BoardFile.Parse(report.Text!, "a tree");
        var nic = board.Devices.Single();

        Assert.Equal(
            hasPool ? [("pool@20000000", 0x2000_0000UL, 0x40_0000UL)] : [],
            board.RestrictedPools.Select(pool => (pool.Name, pool.Range.Address.Value, pool.Range.SizeBytes)));
        Assert.DoesNotContain(board.Memory, region => region.Kind != MemoryKind.Bounce && region.Range.FirstPfn < (0x2000_0000UL + size) >> 12 && region.Range.EndPfn > 0x2000_0000UL >> 12);
        Assert.Equal((default(DmaWindows), hasPool && !isTranslated ? "pool@20000000" : null), (nic.Windows, nic.ForcedPool));
        Assert.Equal(isTranslated, nic.Iommu is not null);
        Assert.Contains(
            isTranslated ? "a bounce pool for it alone, is not used where it is translated"
                : hasPool ? "Everything is copied for it through /reserved-memory/pool@20000000, by a kernel with CONFIG_DMA_RESTRICTED_POOL"
                : "nothing is copied for it here",
            report.Text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rockchip,rk3568-iommu", 0xffff_ffffUL, 0xff_ffff_ffffUL, true)]
    [InlineData("rockchip,iommu", 0xffff_ffffUL, 0xffff_ffffUL, true)]
    [InlineData("arm,smmu-v3", ulong.MaxValue, 0, false)]
    [InlineData("example,mmu", ulong.MaxValue, 0, false)]
    public void What_an_IOMMU_translates_is_from_the_catalogue_or_said_to_be_unknown(string compatible, ulong last, ulong output, bool isKnown)
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty).Property("#address-cells", 1).Property("#size-cells", 1);
            tree.Begin("memory@0").Text("device_type", "memory").Property("reg", 0, 0x4000_0000).End();
            tree.Begin("mmu").Text("compatible", compatible).Property("phandle", 1).Property("#iommu-cells", 1).End();
            tree.Begin("gpu").Text("compatible", "example,gpu").Property("iommus", 1, 7).End();
            tree.End();
        });

        var report = Capture.OfTree("a tree", bytes, new());
        var mmu = BoardFile.Parse(report.Text!, "a tree").Stages.Single();

        Assert.Equal((last, output), (mmu.Layout.Last.Value, mmu.OutputLimit));
        Assert.Equal(!isKnown, report.LeftOut.Any(remark => remark.StartsWith("IOMMU mmu: unknown: up to which address it translates, unknown: its smallest piece", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("pci-host")]
    [InlineData("rsv-restricted-device")]
    [InlineData("iommu-second-broken")]
    public void A_folder_of_a_running_kernel_gives_the_same_board_as_the_flattened_tree(string name)
    {
        var bytes = Bytes(name);
        var tree = FlattenedTree.Read(bytes);
        foreach (var node in tree.Nodes)
        {
            var folder = Directory.CreateDirectory(Path.Join(_folder, "proc/device-tree", node.Path)).FullName;
            foreach (var property in Enum.GetValues<TreeProperty>().Where(node.Has))
            {
                File.WriteAllBytes(Path.Combine(folder, property.Name()), node.Value(property)!.Value.ToArray());
            }
        }

        var options = new TreeOptions { Architecture = TreeArchitecture.Arm64 };
        Assert.Equal(Capture.OfTree("a tree", bytes, options).Text, Capture.OfTreeIn(new MachineTree(_folder), options)!.Text);
    }

    [Fact]
    public void A_tree_without_memory_asks_for_it_and_takes_the_start_from_its_memory_node()
    {
        var bytes = TreeWriter.Bytes(tree =>
        {
            tree.Begin(string.Empty).Property("#address-cells", 1).Property("#size-cells", 1);
            tree.Begin("memory@80000000").Text("device_type", "memory").Property("reg", 0x8000_0000, 0).End();
            tree.Begin("gpu").Text("compatible", "example,gpu").Property("dma-coherent").End();
            tree.End();
        });

        var refused = Assert.Throws<DeviceTreeException>(() => Capture.OfTree("a tree", bytes, new()));
        var board = BoardFile.Parse(Capture.OfTree("a tree", bytes, new() { Memory = [new(1UL << 30, null)] }).Text!, "a tree");

        Assert.Equal(
            $"byte {refused.Offset}: the tree leaves it to the boot loader to say how much memory there is; expected --memory SIZE, such as --memory 2GiB",
            refused.Message);
        Assert.Equal(0x8000_0000UL, board.Memory[0].Range.Address.Value);
        Assert.Equal(1UL << 30, board.Memory.Aggregate(0UL, (sum, region) => sum + region.Range.SizeBytes));
        Assert.True(board.Devices.Single().Coherent);
    }

    private static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Trees.Folder("hostile"), $"{name}.dtb"));

    private static BoardDefinition BoardOf(string name) =>
        BoardFile.Parse(Capture.OfTree(name, Bytes(name), new() { Architecture = TreeArchitecture.Arm64 }).Text!, name);

    private static void Write(
        TreeWriter tree, (ulong Start, ulong SizeBytes)[] memory, (string[] Marks, string Compatible, (ulong Start, ulong SizeBytes) Range, bool IsPlaced)[] regions)
    {
        tree.Begin(string.Empty).Property("#address-cells", 2).Property("#size-cells", 2);
        for (var index = 0; index < memory.Length; index++)
        {
            tree.Begin($"memory@{index}").Text("device_type", "memory").Property("reg", Cells(memory[index].Start, memory[index].SizeBytes)).End();
        }

        tree.Begin("reserved-memory").Property("#address-cells", 2).Property("#size-cells", 2).Property("ranges");
        for (var index = 0; index < regions.Length; index++)
        {
            var (marks, compatible, range, isPlaced) = regions[index];
            tree.Begin($"r{index}").Text("compatible", compatible).Property("phandle", (uint)index + 1);
            _ = isPlaced ? tree.Property("size", Cells(range.SizeBytes)) : tree.Property("reg", Cells(range.Start, range.SizeBytes));
            foreach (var mark in marks.Distinct())
            {
                tree.Property(mark);
            }

            tree.End();
        }

        tree.End().Begin("gpu").Text("compatible", "example,gpu").Property("memory-region", [.. Enumerable.Range(1, regions.Length).Select(index => (uint)index)]).End().End();
    }

    private static uint[] Cells(params ulong[] numbers) => [.. numbers.SelectMany(number => new[] { (uint)(number >> 32), (uint)number })];
}
