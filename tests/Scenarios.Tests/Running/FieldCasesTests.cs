using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Tests.Files;

namespace DmaGrains.Scenarios.Tests.Running;

/// <summary>What people met in the field, as they would write it, and what is right.</summary>
public sealed class FieldCasesTests
{
    // sbates130272/kernel-tools #67: without a resizable BAR, peers reach 256 MiB of the video memory.
    private const string SmallBar = """
        name: host
        title: Workstation with a GPU whose BAR shows 256 MiB of 16 GiB
        memory:
          - {name: dma32, kind: system, start: 0x100000, size: 2047MiB, source: assumed}
          - {name: normal, kind: system, start: 0x100000000, size: 16GiB, source: assumed}
          - {name: vram-visible, kind: vram, start: 0x6000000000, size: 256MiB, device: gpu, peer_bus: root, source: the BAR}
          - {name: vram-hidden, kind: vram, start: 0x6010000000, size: 16128MiB, device: gpu, source: made up}
        devices:
          - {name: gpu, driver: amdgpu, description: exports, max_segment_size: 4294967295, dma_mask: 0xfffffffffff, coherent: true, peer_to_peer: true, peer_bus: root}
          - {name: nvme, driver: nvme, description: disk, max_segment_size: 4294967295, max_segment_count: 256, dma_mask: 0xffffffffffffffff, coherent: true, peer_to_peer: true, peer_bus: root}
        """;

    // amd/xdna-driver #1466: map_dma_buf returned the address that the exporting device got, whoever attached.
    private const string Apu = """
        name: apu
        title: APU with an NPU that is let past the IOMMU and a GPU behind it
        memory:
          - {name: cma, kind: contiguous, start: 0x90000000, size: 256MiB, source: assumed}
          - {name: normal, kind: system, start: 0x100000000, size: 16GiB, source: assumed}
        iommus:
          - {name: amd-vi, first: 0x1000, last: 0xffffffffffff, reserved: [{start: 0xfee00000, size: 1MiB}], source: 48 bit}
        devices:
          - {name: npu, driver: amdxdna, description: exports, dma_mask: 0xffffffffffff, max_segment_size: 4294967295, coherent: true}
          - {name: gpu, driver: amdgpu, description: imports, dma_mask: 0xfffffffffff, max_segment_size: 4294967295, coherent: true, iommu: amd-vi}
        """;

    [Theory]
    [InlineData("first-attach-migrate", "[vram-hidden, normal]", "normal", "ok", 1)]
    [InlineData("first-attach-migrate", "[vram-hidden, vram-visible, normal]", "vram-visible", "ok", 1)]
    [InlineData("first-attach-migrate", "[vram-visible, normal]", "vram-visible", "ok", 0)]
    [InlineData("first-attach-migrate", "vram-hidden", "vram-hidden", "EREMOTEIO", 0)]
    [InlineData("migrate", "[vram-hidden, normal]", "normal", "ok", 1)]
    [InlineData("at-export", "[vram-hidden, normal]", "vram-hidden", "EREMOTEIO", 0)]
    [InlineData("at-export", "[vram-hidden, vram-visible]", "vram-hidden", "EREMOTEIO", 0)]
    [InlineData("{allocation: first-attach, late_attach: migrate, pinned: true}", "[vram-hidden, normal]", "vram-hidden", "EBUSY", 0)]
    [InlineData("{constraints: none, allocation: first-attach, late_attach: migrate}", "[vram-hidden, normal]", "normal", "ok", 1)]
    public void A_disk_gets_at_video_memory_outside_of_the_BAR_once_it_has_moved(
        string policy, string memory, string region, string answer, uint migrations)
    {
        var play = Play(SmallBar, $$"""
            name: evict-to-gtt
            shows: At the map the memory moves to where the disk reaches it.
            board: board.yaml
            policy: {{policy}}
            buffers: [{name: data, size: 64MiB, exporter: gpu, memory: {{memory}}}]
            importers:
              - {name: render, device: gpu, steps: [attach, map, unmap]}
              - {name: disk, device: nvme, steps: [attach, {map: data, direction: from-device, expect: {{answer}}}]}
            order: [render, render, render, disk, disk]
            """);

        Assert.Empty(play.Surprises);
        var data = play.Board.Buffer("data")!;
        Assert.Equal([region], data.Storage!.Regions);
        Assert.Equal((migrations, migrations * (64UL << 20)), (data.Costs.Migrations, data.Costs.BytesCopied));
    }

    [Theory]
    [InlineData("shared-list", HazardKind.SharedAddresses)]
    [InlineData("own-addresses", HazardKind.ExportersAddresses)]
    [InlineData("refuse", null)]
    [InlineData("mainline", null)]
    public void Addresses_that_an_NPU_got_are_a_hazard_for_a_GPU_behind_an_MMU(string policy, HazardKind? kind)
    {
        var play = Play(Apu, $$"""
            name: handed
            shows: An exporter hands the DMA address that its own device got to whoever attaches.
            board: board.yaml
            policy: {{policy}}
            buffers: [{name: cbuf, size: 16MiB, exporter: npu, memory: cma}]
            importers:
              - {name: npu, device: npu, steps: [attach, map]}
              - {name: gpu, device: gpu, steps: [attach, map]}
            """);

        var buffer = play.Board.Buffer("cbuf")!;
        Assert.Equal(
            kind is { } hazard ? [(hazard, "gpu")] : [],
            buffer.Hazards.Select(one => (one.Kind, one.Importer)));
        var gpu = buffer.Mappings.Single(mapping => buffer.Attachments.Any(one => one.Name == mapping.Attachment && one.Device == "gpu"));
        Assert.Equal(kind is not null, gpu.ToSegments()[0].Address.Value == 0x90000000);
    }

    private static ScenarioPlay Play(string board, string scenario)
    {
        using var folder = new TemporaryFolder();
        folder.Write("board.yaml", board);
        folder.Write("scenario.yaml", scenario);
        return ScenarioPlay.Of(ScenarioFile.Read(Path.Combine(folder.Path, "scenario.yaml")));
    }
}
