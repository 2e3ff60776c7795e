using System.Collections.Immutable;
using System.Text;
using CsCheck;
using DmaGrains.Kernel.Logs;
using DmaGrains.Kernel.Tracing;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tests.Logs;

public class KernelLogTests
{
    public static TheoryData<string, LogKind, string?, string> Lines => new()
    {
        {
            "platform isa-mixer: DMA addr 0x000000003fb85000+4096 overflow (mask ffffff, bus limit 0).",
            LogKind.OutOfReach, "isa-mixer", "reaches addresses up to 0xffffff, and was to map 4096 bytes at 0x3fb85000"
        },
        {
            "ahci 0000:00:1f.2: overflow 0x0000000123456000+65536 of DMA mask ffffffff bus mask 3fffffff",
            LogKind.OutOfReach, "0000:00:1f.2", "up to 0x3fffffff (its bus lets no more through), and was to map 65536 bytes at 0x123456000"
        },
        {
            "platform enc0: swiotlb buffer is full (sz: 4096 bytes), total 512 (slots), used 512 (slots)",
            LogKind.PoolFull, "enc0", "512 of 512 slots of 2 KiB are in use, and 2 are needed"
        },
        {
            "v3d fec00000.v3d: swiotlb buffer is full (sz: 536576 bytes), total 32768 (slots), used 0 (slots)",
            LogKind.PoolFull, "fec00000.v3d", "one copy has at most 262144 bytes, however large the pool is"
        },
        {
            "xhci_hcd 0000:01:00.0: swiotlb buffer is full (sz: 262144 bytes), total 512 (slots), used 300 (slots)",
            LogKind.PoolFull, "0000:01:00.0", "212 of 512 slots of 2 KiB are free, but no 128 in a row"
        },
        { "DMA: Out of SW-IOMMU space for 65536 bytes at device 0000:02:00.0", LogKind.PoolFull, "0000:02:00.0", "the pool has no such room" },
        { "cma: cma_alloc: linux,cma: alloc failed, req-size: 2025 pages, ret: -12", LogKind.AreaFull, null, "linux,cma has no 2025 contiguous pages free: refused with ENOMEM" },
        { "cma: __cma_alloc: reserved: alloc failed, req-size: 4 pages, ret: -16", LogKind.AreaFull, null, "not all pages in it could be moved away: 4 contiguous pages refused with EBUSY" },
        {
            "DMA-API: vc4-drm gpu: mapping sg segment longer than device claims to support [len=1048576] [max=65536]",
            LogKind.SegmentTooLong, "gpu", "was given a segment of 1048576 bytes, and takes 65536 at most: 65536 is what the kernel assumes"
        },
        {
            "DMA-API: vcodec vcodec: mapping sg segment across boundary [start=0x0000000003d00000] [end=0x0000000003dfffff] [boundary=0x000000000007ffff]",
            LogKind.SegmentAcrossBoundary, "vcodec", "from 0x0000000003d00000 to 0x0000000003dfffff, and must not cross multiples of 0x000000000007ffff + 1"
        },
        {
            "DMA-API: e1000e 0000:00:19.0: device driver frees DMA memory with different size [device address=0x00000000fffff000] [map size=4096 bytes] [unmap size=1024 bytes]",
            LogKind.WrongUse, "0000:00:19.0", "it mapped 4096 bytes and unmaps 1024 bytes"
        },
        {
            "DMA-API: r8169 0000:03:00.0: device driver failed to check map error[device address=0x00000000ffe3b000] [size=90 bytes] [mapped as single]",
            LogKind.WrongUse, "0000:03:00.0", "without asking whether the map failed"
        },
        {
            "DMA-API: imx-drm display-subsystem: device driver frees DMA sg list with different entry count [map count=4] [unmap count=1]",
            LogKind.WrongUse, "display-subsystem", "it mapped 4 entries and unmaps 1"
        },
        {
            "DMA-API: nvme 0000:04:00.0: device driver has pending DMA allocations while released from device [count=12]",
            LogKind.LeftMapped, "0000:04:00.0", "was released and left 12 mappings behind"
        },
        { "DMA-API: foo bar: a warning of the future [size=1 bytes]", LogKind.WrongUse, "bar", "a warning of the future" },
        {
            "AMD-Vi: Event logged [IO_PAGE_FAULT device=02:00.0 domain=0x0011 address=0xdf85c000 flags=0x0020]",
            LogKind.IommuFault, "0000:02:00.0", "wrote to an address behind the AMD IOMMU for which it has no entry"
        },
        {
            "nvme 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000f address=0xffb90000 flags=0x0010]",
            LogKind.IommuFault, "0000:01:00.0", "read from an address behind the AMD IOMMU whose entry does not allow that"
        },
        {
            "DMAR: [DMA Read] Request device [00:02.0] fault addr 7ffc0000 [fault reason 06] PTE Read access is not set",
            LogKind.IommuFault, "0000:00:02.0", "read from an address behind the Intel IOMMU for which it has no entry that lets it read"
        },
        {
            "DMAR: [DMA Write NO_PASID] Request device [06:00.0] fault addr 0xffff0000 [fault reason 0x05] PTE Write access is not set",
            LogKind.IommuFault, "0000:06:00.0", "wrote to an address behind the Intel IOMMU for which it has no entry that lets it write"
        },
        {
            "arm-smmu 15000000.iommu: Unhandled context fault: fsr=0x402, iova=0x100020000, fsynr=0x10, cbfrsynra=0x4001880, cb=2",
            LogKind.IommuFault, "stream 0x1880", "wrote to an address behind 15000000.iommu for which it has no entry"
        },
        {
            "arm-smmu-v3 arm-smmu-v3.0.auto: event: F_PERMISSION client: 0000:01:00.0 sid: 0x100 ssid: 0x0 iova: 0x7fff0000 ipa: 0x0",
            LogKind.IommuFault, "0000:01:00.0", "behind arm-smmu-v3.0.auto whose entry does not allow that"
        },
        { "rk_iommu fdee0000.iommu: Page fault at 0x00000000fff00000 of type read", LogKind.IommuFault, "a device", "read from an address behind fdee0000.iommu" },
        { "contiguous chunk is too small 4096/462848", LogKind.ImportFailed, null, "whose first range has 4096 bytes; it needs 462848" },
        { "vivid vivid.0: import failed: -22", LogKind.ImportFailed, "vivid.0", "vivid.0 could not take a buffer: EINVAL, its size" },
        { "amdgpu 0000:03:00.0: [drm] Failed to import dma-buf: -19", LogKind.ImportFailed, "0000:03:00.0", "ENODEV, the driver takes no buffers of others" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_line_is_explained_with_names_and_numbers(string line, LogKind kind, string? device, string why)
    {
        string[] before = ["", "[    7.588069] ", "Nov 29 19:00:01 box kernel: [ 1.5] ", "<4>[12.000001] "];
        Assert.All(before, start =>
        {
            var report = Of($"{start}usb 1-1: new high-speed USB device\n{start}{line}\n");
            var finding = Assert.Single(report.Findings);

            Assert.Equal((kind, 2, 1, device), (finding.Kind, finding.Line, finding.Count, finding.Device));
            Assert.Contains(why, finding.Why, StringComparison.Ordinal);
            Assert.False(report.Good);
        });
    }

    [Theory]
    [InlineData("DMA: preallocated 128 KiB GFP_KERNEL|GFP_DMA pool for atomic allocations")]
    [InlineData("software IO TLB: mapped [mem 0x00000000fbfff000-0x00000000fffff000] (64MB)")]
    [InlineData("cma: Reserved 64 MiB at 0x000000003c000000")]
    [InlineData("DMAR: IOMMU enabled")]
    [InlineData("systemd[1]: important unit started")]
    [InlineData("python: import of module failed")]
    [InlineData("TCP: request_sock_TCP: Possible SYN flooding, listen overflow")]
    [InlineData("dma-buf: Running sanitycheck")]
    public void Other_lines_say_nothing(string line) => Assert.True(Of($"[ 1.0] {line}\n").Good);

    [Fact]
    public void The_same_of_the_same_device_is_one_finding()
    {
        var report = Of(string.Concat(Enumerable.Range(0, 500).Select(at => $"[{at}.0] AMD-Vi: Event logged [IO_PAGE_FAULT device=02:00.0 domain=0x0011 address=0x{at:x}000 flags=0x0020]\n")));

        var finding = Assert.Single(report.Findings);
        Assert.Equal((1, 500, 500, 0UL), (finding.Line, finding.LastLine, finding.Count, finding.Address));
        Assert.Equal(500, report.FindingCount);
    }

    [Fact]
    public void What_is_free_in_an_area_is_told_with_its_refusal()
    {
        var finding = Of("cma: cma_alloc: linux,cma: alloc failed, req-size: 2025 pages, ret: -12\ncma: number of available pages: 3@125+1020@172+12@4084=> 1035 free of 16384 total pages\n").Findings.Single();

        Assert.Contains("1035 of 16384 pages are free, the longest run has 1020.", finding.Why, StringComparison.Ordinal);
        Assert.Equal((1035UL * 4096, 16384UL * 4096, 2025UL * 4096), (finding.OtherBytes, finding.Limit, finding.SizeBytes));
    }

    [Fact]
    public void The_words_of_an_event_of_an_smmu_are_read_together()
    {
        var finding = Of(
            """
            [ 5.0] arm-smmu-v3 9050000.smmu: event 0x10 received:
            [ 5.0] arm-smmu-v3 9050000.smmu: 	0x0000010000000010
            [ 5.0] arm-smmu-v3 9050000.smmu: 	0x0000020800000000
            [ 5.0] arm-smmu-v3 9050000.smmu: 	0x00000000fffe0000
            [ 5.0] arm-smmu-v3 9050000.smmu: 	0x0000000000000000

            """).Findings.Single();

        Assert.Equal(("stream 0x100", 0xfffe0000UL, 1L), (finding.Device, finding.Address, finding.Line));
        Assert.Contains("for which it has no entry", finding.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Mappings_of_a_dump_are_summed_up_by_device()
    {
        var report = Of(
            """
            e1000e 0000:00:19.0 single idx 12 P=1000 N=1 D=ffe00000 L=600 cln=0x0000000000000040 DMA_FROM_DEVICE dma map error not checked
            e1000e 0000:00:19.0 coherent idx 13 P=2000 N=2 D=ffe01000 L=1000 cln=0x0000000000000080 DMA_BIDIRECTIONAL dma map error check not applicable
            i915 0000:00:02.0 scatter-gather idx 14 P=3000 D=fff00000 L=100000 DMA_BIDIRECTIONAL dma map error check not applicable

            """);

        Assert.Equal(["0000:00:02.0", "0000:00:19.0"], report.Mappings.Select(mapping => mapping.Device));
        var card = report.Mappings[1];
        Assert.Equal((2, 0x1600UL, 0x1000UL, 0xffe01000UL, 1), (card.Count, card.SizeBytes, card.LongestBytes, card.HighestAddress, card.UncheckedCount));
        Assert.True(report.Good);
    }

    [Fact]
    public void A_board_tells_what_would_help_there()
    {
        var limits = new TraceLimits(BoardFile.Read(Path.Combine(AppContext.BaseDirectory, "boards", "raspberry-pi-4.yaml")), ImmutableDictionary<string, string>.Empty.Add("fec00000.v3d", "v3d"));

        Assert.StartsWith(
            "On raspberry-pi-4, vc4 reaches addresses up to 0x3fffffff: of its memory, ",
            Of("platform vc4: DMA addr 0x0000000140000000+4096 overflow (mask ffffffff, bus limit 3fffffff).\n", limits).Findings[0].BoardHelp, StringComparison.Ordinal);
        Assert.Equal(
            "raspberry-pi-4 has cma of 67108864 bytes: none is that long, so such a buffer never fits.",
            Of("cma: cma_alloc: linux,cma: alloc failed, req-size: 20250 pages, ret: -12\n", limits).Findings[0].BoardHelp);
        Assert.Equal("v3d", Of("v3d fec00000.v3d: swiotlb buffer is full (sz: 4096 bytes)\n", limits).Findings[0].BoardDevice);
    }

    [Theory]
    [InlineData("mt7921e 0000:01:00.0: swiotlb buffer is full (sz: 65536 bytes), total 32768 (slots), used 32768 (slots)", ", for as long as its lists are mapped.")]
    [InlineData(
        "mt7921e 0000:01:00.0: DMA addr 0x0000000140000000+4096 overflow (mask ffffffff, bus limit 0).",
        ": is this kernel built without restricted pools (CONFIG_DMA_RESTRICTED_POOL)?")]
    public void A_board_tells_of_a_device_with_a_bounce_pool_of_its_own(string line, string end)
    {
        var board = BoardFile.Read(Path.Combine(AppContext.BaseDirectory, "boards", "hayato.yaml"));

        Assert.Equal(
            $"Everything is copied for wifi through wifi-pool, a bounce pool of its own of 67108864 bytes{end}",
            Of($"{line}\n", new(board, ImmutableDictionary<string, string>.Empty.Add("0000:01:00.0", "wifi"))).Findings[0].BoardHelp);
    }

    [Fact]
    public void Lines_of_any_kind_and_length_end_in_a_report() => Gen.Select(Gen.String.List[0, 8], Gen.Int[0, 24], Gen.Int[0, 200], Gen.String).Sample((parts, at, place, inserted) =>
    {
        var line = Lines.ElementAt(at).Data.Item1;
        var index = Math.Min(place, line.Length);
        var report = Of($"{line[..index]}{inserted}{line[index..]}\n{line[index..]}{string.Concat(parts)}\n{line[..index]}");
        return report.FindingCount <= report.LineCount;
    });

    [Fact]
    public void Of_a_line_of_any_length_the_beginning_is_looked_at()
    {
        const string Full = "cma: cma_alloc: linux,cma: alloc failed, req-size: 1 pages, ret: -12";

        Assert.Single(Of($"{Full}{new string('x', 1 << 20)}\n").Findings);
        Assert.Empty(Of($"swiotlb{new string('x', 1 << 20)}{Full}\n").Findings);
    }

    [Fact]
    public void A_text_without_end_and_lines_is_refused()
    {
        var refused = Assert.Throws<FileFormatException>(() => KernelLog.Read(new Endless(), "a log"));

        Assert.Equal("a log:1:1: a line of more than 16777216 characters; expected a text with lines", refused.Message);
    }

    private static LogReport Of(string text, TraceLimits? limits = null) =>
        LogReport.Of("a log", KernelLog.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "a log"), limits);

    /// <summary>Reads as /dev/zero does.</summary>
    private sealed class Endless : MemoryStream
    {
        public override int Read(Span<byte> buffer)
        {
            buffer.Clear();
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}
