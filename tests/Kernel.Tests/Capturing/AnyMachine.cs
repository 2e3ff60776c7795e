using DmaGrains.Tests.Shared;

namespace DmaGrains.Kernel.Tests.Capturing;

/// <summary>A made-up machine's /proc, /sys and /dev in a folder.</summary>
internal sealed class AnyMachine : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Root => _folder.Path;

    /// <summary>Files of an x86 with a disk behind an IOMMU, a GPU, a bridge and a virtio disk.</summary>
    public static Dictionary<string, string> Server { get; } = new()
    {
        ["proc/sys/kernel/osrelease"] = "6.1.0-56-amd64\n",
        ["proc/sys/kernel/arch"] = "x86_64\n",
        ["proc/sys/kernel/hostname"] = "host\n",
        ["sys/class/dmi/id/product_name"] = "Some \"Server\": 9000\n",
        ["proc/meminfo"] = "MemTotal:       65536 kB\nCmaTotal:        4096 kB\n",
        ["proc/zoneinfo"] =
            "Node 0, zone      DMA\n  pages free     100\n        spanned  4095\n        present  3998\n        managed  3840\n  start_pfn:           1\n"
            + "Node 0, zone    DMA32\n  pages free     2000\n        spanned  12288\n        present  12288\n        managed  12288\n  start_pfn:           4096\n"
            + "Node 0, zone   Normal\n        spanned  0\n        present  0\n        managed  0\n",
        ["proc/iomem"] = "00000000-00000fff : Reserved\n00001000-0009fbff : System RAM\n00100000-03ffffff : System RAM\n  01000000-0220bb07 : Kernel code\n",
        ["sys/kernel/debug/cma/reserved/base_pfn"] = "8192\n",
        ["sys/kernel/debug/cma/reserved/count"] = "1024\n",
        ["sys/kernel/debug/swiotlb/io_tlb_nslabs"] = "32768\n",
        ["sys/devices/pci0000:00/0000:00:02.0/dma_mask_bits"] = "39\n",
        ["sys/devices/pci0000:00/0000:00:02.0/class"] = "0x030000\n",
        ["sys/devices/pci0000:00/0000:00:02.0/vendor"] = "0x8086\n",
        ["sys/devices/pci0000:00/0000:00:02.0/device"] = "0x9a49\n",
        ["sys/devices/pci0000:00/0000:00:02.0/drm/card0/dev"] = "226:0\n",
        ["sys/devices/pci0000:00/0000:00:17.0/dma_mask_bits"] = "64\n",
        ["sys/devices/pci0000:00/0000:00:17.0/class"] = "0x010601\n",
        ["sys/devices/pci0000:00/0000:00:17.0/numa_node"] = "1\n",
        ["sys/devices/pci0000:00/0000:00:17.0/ata1/host0/block/sda/queue/max_segments"] = "168\n",
        ["sys/devices/pci0000:00/0000:00:17.0/ata1/host0/block/sda/queue/max_segment_size"] = "65536\n",
        ["sys/devices/pci0000:00/0000:00:17.0/ata1/host0/block/sda/queue/dma_alignment"] = "3\n",
        ["sys/devices/pci0000:00/0000:00:17.0/ata2/host1/block/sdb/queue/max_segments"] = "128\n",
        ["sys/devices/pci0000:00/0000:00:17.0/ata2/host1/block/sdb/queue/max_segment_size"] = "131072\n",
        ["sys/devices/pci0000:00/0000:00:1c.0/class"] = "0x060400\n",
        ["sys/devices/pci0000:00/0000:00:03.0/dma_mask_bits"] = "48\n",
        ["sys/devices/pci0000:00/0000:00:03.0/class"] = "0x018000\n",
        ["sys/devices/pci0000:00/0000:00:03.0/virtio0/block/vda/queue/max_segments"] = "254\n",
        ["sys/devices/pci0000:00/0000:00:03.0/virtio0/block/vda/queue/max_segment_size"] = "4294967295\n",
        ["sys/devices/platform/pcspkr/driver_override"] = "(null)\n",
        ["sys/devices/virtual/block/loop0/queue/max_segments"] = "128\n",
        ["sys/kernel/iommu_groups/0/type"] = "DMA-FQ\n",
        ["sys/kernel/iommu_groups/0/reserved_regions"] = "0x00000000fee00000 0x00000000feefffff msi\n",
        ["sys/kernel/iommu_groups/1/type"] = "identity\n",
        ["sys/class/iommu/dmar0/intel-iommu/cap"] = "260000\n",
        ["dev/dma_heap/system"] = string.Empty,
    };

    /// <summary>Links of the same machine.</summary>
    public static Dictionary<string, string> ServerLinks { get; } = new()
    {
        ["sys/bus/pci/devices/0000:00:02.0"] = "../../../devices/pci0000:00/0000:00:02.0",
        ["sys/bus/pci/devices/0000:00:03.0"] = "../../../devices/pci0000:00/0000:00:03.0",
        ["sys/bus/pci/devices/0000:00:17.0"] = "../../../devices/pci0000:00/0000:00:17.0",
        ["sys/bus/pci/devices/0000:00:1c.0"] = "../../../devices/pci0000:00/0000:00:1c.0",
        ["sys/bus/virtio/devices/virtio0"] = "../../../devices/pci0000:00/0000:00:03.0/virtio0",
        ["sys/bus/platform/devices/pcspkr"] = "../../../devices/platform/pcspkr",
        ["sys/devices/pci0000:00/0000:00:02.0/driver"] = "../../../bus/pci/drivers/i915",
        ["sys/devices/pci0000:00/0000:00:02.0/iommu_group"] = "../../../kernel/iommu_groups/1",
        ["sys/devices/pci0000:00/0000:00:17.0/driver"] = "../../../bus/pci/drivers/ahci",
        ["sys/devices/pci0000:00/0000:00:17.0/iommu_group"] = "../../../kernel/iommu_groups/0",
        ["sys/devices/pci0000:00/0000:00:17.0/iommu"] = "../../virtual/iommu/dmar0",
        ["sys/devices/pci0000:00/0000:00:03.0/driver"] = "../../../bus/pci/drivers/virtio-pci",
        ["sys/devices/pci0000:00/0000:00:03.0/virtio0/driver"] = "../../../../bus/virtio/drivers/virtio_blk",
        ["sys/devices/pci0000:00/0000:00:1c.0/driver"] = "../../../bus/pci/drivers/pcieport",
        ["sys/devices/platform/pcspkr/driver"] = "../../../bus/platform/drivers/pcspkr",
        ["sys/block/sda"] = "../devices/pci0000:00/0000:00:17.0/ata1/host0/block/sda",
        ["sys/block/sdb"] = "../devices/pci0000:00/0000:00:17.0/ata2/host1/block/sdb",
        ["sys/block/vda"] = "../devices/pci0000:00/0000:00:03.0/virtio0/block/vda",
        ["sys/block/loop0"] = "../devices/virtual/block/loop0",
        ["sys/class/drm/card0"] = "../../devices/pci0000:00/0000:00:02.0/drm/card0",
    };

    /// <summary>Files and links of an arm64 board, of which a plain user sees blocks of memory only.</summary>
    public static AnyMachine Phone()
    {
        var machine = new AnyMachine();
        machine.Write(new()
        {
            ["proc/sys/kernel/osrelease"] = "6.6.30\n",
            ["proc/sys/kernel/arch"] = "aarch64\n",
            ["proc/device-tree/model"] = "Maker Phone\0",
            ["proc/meminfo"] = "MemTotal:       262144 kB\nCmaTotal:        32768 kB\n",
            ["proc/iomem"] = "00000000-00000000 : System RAM\n",
            ["proc/zoneinfo"] = "Node 0, zone      DMA\n  pages free     7\n        spanned  65536\n        managed  65536\n  start_pfn:           524288\n",
            ["sys/devices/system/memory/block_size_bytes"] = "8000000\n",
            ["sys/devices/system/memory/memory16/state"] = "online\n",
            ["sys/devices/system/memory/memory16/phys_index"] = "00000010\n",
            ["sys/devices/system/memory/memory17/state"] = "online\n",
            ["sys/devices/system/memory/memory17/phys_index"] = "00000011\n",
            ["sys/devices/system/memory/memory18/state"] = "offline\n",
            ["sys/devices/system/memory/memory18/phys_index"] = "00000012\n",
            ["sys/firmware/devicetree/base/soc/gpu@5000000/compatible"] = "gpu\0",
            ["sys/firmware/devicetree/base/soc/dma-coherent"] = string.Empty,
            ["sys/firmware/devicetree/base/display@1/compatible"] = "display\0",
            ["sys/devices/platform/soc/5000000.gpu/drm/card1/dev"] = "226:1\n",
            ["sys/devices/platform/display/video4linux/video0/dev"] = "81:0\n",
        });
        machine._folder.Link("sys/bus/platform/devices/5000000.gpu", "../../../devices/platform/soc/5000000.gpu");
        machine._folder.Link("sys/bus/platform/devices/display", "../../../devices/platform/display");
        machine._folder.Link("sys/devices/platform/soc/5000000.gpu/driver", "/sys/bus/platform/drivers/gpu");
        machine._folder.Link("sys/devices/platform/soc/5000000.gpu/of_node", "/sys/firmware/devicetree/base/soc/gpu@5000000");
        machine._folder.Link("sys/devices/platform/display/driver", "../../../bus/platform/drivers/display");
        machine._folder.Link("sys/devices/platform/display/of_node", "../../../firmware/devicetree/base/display@1");
        machine._folder.Link("sys/class/drm/card1", "../../devices/platform/soc/5000000.gpu/drm/card1");
        machine._folder.Link("sys/class/video4linux/video0", "../../devices/platform/display/video4linux/video0");
        return machine;
    }

    /// <summary>A machine of these files, with the links of <see cref="ServerLinks"/>.</summary>
    public static AnyMachine Of(Dictionary<string, string> files)
    {
        var machine = new AnyMachine();
        machine.Write(files);
        foreach (var (name, target) in ServerLinks)
        {
            machine._folder.Link(name, target);
        }

        return machine;
    }

    /// <summary>The server with some files changed; null takes one away.</summary>
    public static AnyMachine ServerWith(params (string File, string? Text)[] changes)
    {
        var files = new Dictionary<string, string>(Server);
        foreach (var (file, text) in changes)
        {
            files.Remove(file);
            if (text is not null)
            {
                files[file] = text;
            }
        }

        return Of(files);
    }

    /// <summary>Puts a link below it.</summary>
    public void Link(string name, string target) => _folder.Link(name, target);

    /// <summary>Writes a file below it.</summary>
    public void Write(string name, string text) => _folder.Write(name, text);

    public void Dispose() => _folder.Dispose();

    private void Write(Dictionary<string, string> files)
    {
        foreach (var (name, text) in files)
        {
            _folder.Write(name, text);
        }
    }
}
