using DmaGrains.Model.Constraints;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Tests.Files;

/// <summary>A board and a scenario that use every key of their formats.</summary>
internal static class EveryKey
{
    private static readonly string[] _valued =
    [
        "max_segment_size", "max_segment_count", "segment_boundary_mask", "contiguous", "dma_mask", "bus_dma_limit", "windows", "coherent", "iommu",
        "streams", "bus_mmu", "needs_struct_page", "trusted", "peer_to_peer", "peer_bus", "segments_per_line", "never_exports", "own_area", "pci", "min_align_mask", .. ListLimit.All.Select(limit => Vocabulary.Spelt(limit.Field)),
        "preferred_segment_size",
    ];

    /// <summary>The keys of a device that have a source, as messages list them.</summary>
    public static string Valued { get; } = Quoted.AnyOf(_valued);

    /// <summary>All keys of a device, as messages list them.</summary>
    public static string OfDevice { get; } = Quoted.AnyOf(["name", "driver", "description", "bus", .. _valued, "sources"]);

    public const string Board = """
        name: every-key
        title: A board with everything
        memory:
          - {name: ram, kind: system, start: 0x40000000, size: 64MiB, reserved: {every: 1MiB, pages: 1}, source: a choice}
          - {name: cma, kind: contiguous, start: 0x50000000, size: 16MiB, source: a choice}
          - {name: splash, kind: carveout, start: 0x60000000, size: 4MiB, source: a choice, users: [gpu]}
          - {name: video, kind: vram, start: 0x70000000, size: 16MiB, device: gpu, peer_bus: pcie, peer_access: write, peer_path: host-bridge, source: a choice}
          - {name: taken, kind: stolen, start: 0x80000000, size: 4MiB, source: a choice}
          - {name: secure, kind: protected, start: 0x90000000, size: 4MiB, source: a choice}
          - {name: pool, kind: bounce, start: 0x20000000, size: 1MiB, source: a choice, areas: 4}
        iommus:
          - name: smmu
            granule: 65536
            first: 0x0
            last: 0xddbfffff
            policy: first-fit
            alignment: granule
            reuse: lazy
            owner: driver
            contexts: 4
            reserved:
              - {start: 0x8000000, size: 1MiB}
              - {start: 0xd0000000, size: 0x1000}
            source: a choice
          - {name: bus, output_limit: 0xffffffffff, caches: true, enabled: true, first: 0x1000, last: 0xffffffff, source: a choice}
        devices:
          - name: gpu
            driver: gpu
            description: Has everything
            max_segment_size: 64KiB
            max_segment_count: 4096
            segment_boundary_mask: 0xffffffff
            dma_mask: 0xffffffffff
            bus_dma_limit: 0xffffffff
            coherent: true
            iommu: smmu
            bus_mmu: bus
            needs_struct_page: true
            trusted: true
            peer_to_peer: true
            peer_bus: pcie
            segments_per_line: true
            preferred_segment_size: 2MiB
            bus: pcie
            sources:
              max_segment_size: a choice
              max_segment_count: a choice
              segment_boundary_mask: a choice
              dma_mask: a choice
              bus_dma_limit: a choice
              coherent: a choice
              iommu: a choice
              bus_mmu: a choice
              needs_struct_page: a choice
              trusted: a choice
              peer_to_peer: a choice
              peer_bus: a choice
              segments_per_line: a choice
              preferred_segment_size: a choice
          - {name: display, driver: display, description: Takes one run, address_alignment: 4096, segment_granularity: 1024, virt_boundary_mask: 4095, min_size: 1, line_multiple: 16, stride_multiple: 64, never_exports: true, own_area: false, pci: true, min_align_mask: 4095, contiguous: true, sources: {contiguous: a choice, address_alignment: a choice, segment_granularity: a choice, virt_boundary_mask: a choice, min_size: a choice, line_multiple: a choice, stride_multiple: a choice, never_exports: a choice, own_area: a choice, pci: a choice, min_align_mask: a choice}}
          - name: camera
            driver: camera
            description: Sees memory elsewhere
            windows: [{cpu: 0x40000000, bus: 0x0, size: 64MiB}]
            sources: {windows: a choice, streams: a choice}
            streams: [0x880 0x8, 0xc80 0x8]
            iommu: [bus]
        buses:
          - name: pcie
            windows: [{cpu: 0x0, bus: 0x0, size: 2GiB}, {cpu: 0x880000000, bus: 0x80000000, size: 0x1000}]
            source: a choice
          - {name: plain, source: a choice}
        page_size: 4KiB
        page_block: 2MiB
        cma_alignment: 1MiB

        """;

    public const string Scenario = """
        name: every-key
        shows: A scenario with everything.
        board: BOARD
        getters: v6.1
        policy: {constraints: translated, allocation: first-map, late_attach: refuse, lists: own, bouncing: true, failed_calculation: refuse, refused_attach: rolled-back, detach_reading: at-attach, list_check: exact, getters: v6.1, pinned: false, attach_test: no-bounce}
        buffers:
          - {name: frame, size: 1280x720x2, exporter: gpu, lines: {height: 720, bytes_per_line: 2560, stride: 2560, offset: 0}}
          - {name: film, size: 1MiB, memory: secure, policy: size-only}
          - {name: either, size: 1MiB, memory: [cma, ram]}
        importers:
          - name: gpu
            device: gpu
            steps:
              - attach frame
              - {test-map: frame, direction: to-device, options: [require-coherent]}
              - map frame from-device
              - {map: frame, direction: to-device, options: [no-bounce, require-coherent, defer-flush, own-space], expect: ok}
              - unmap frame
              - get-scatterlist frame
              - put-scatterlist frame
              - get-pfns frame
              - put-pfns frame
              - switch-context 1
              - {switch-context: 4, expect: EINVAL}
              - {set-parameters: {max_segment_size: 4096, max_segment_count: 64, segment_boundary_mask: 0xffff}}
              - {recalculate: frame, expect: ok}
              - {unmap: frame}
              - detach frame
              - {flush: frame, expect: EINVAL}
              - sync-for-cpu frame
              - sync-for-device frame
          - name: app
            steps:
              - begin-cpu-access frame to-device
              - cpu-access frame to-device
              - end-cpu-access frame
              - {begin-cpu-access: film, direction: from-device, expect: EINVAL}
              - revoke either
              - release either
          - name: hand
            device: gpu
            steps: [get-scatterlist frame, {map-scatterlist: frame, direction: to-device, options: [require-coherent]}, get-pfns frame, map-pfns frame from-device]
        order: [hand, hand, hand, hand, gpu, gpu, gpu, gpu, gpu, app, app, app, app, app, app, gpu, gpu, gpu, gpu, gpu, gpu, gpu, gpu, gpu, gpu, gpu, gpu, gpu]

        """;

    /// <summary>That scenario on a board's file.</summary>
    public static string ScenarioOn(string boardPath) => Scenario.With("BOARD", boardPath);
}
