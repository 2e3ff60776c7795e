using DmaGrains.Scenarios.Advising;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Scenarios.Tests.Advising;

/// <summary>What people met in the field, and what is right.</summary>
public sealed class AdviceCasesTests
{
    // ArduCAM/picamera2_examples #27: 64 MiB of CMA, and two devices that take one run and have no IOMMU.
    private const string PiZero = """
        name: pi-zero-2
        title: Raspberry Pi Zero 2 with 64 MiB CMA
        memory:
          - {name: ram, kind: system, start: 0x80000, size: 0x17f80000, source: less CMA}
          - {name: cma, kind: contiguous, start: 0x18000000, size: 64MiB, source: reserved}
        devices:
          - {name: unicam, driver: unicam, description: camera receiver, contiguous: true, dma_mask: 0xffffffff}
          - {name: isp, driver: bcm2835-isp, description: ISP, contiguous: true, dma_mask: 0xffffffff}
        """;

    // geerlingguy/raspberry-pi-pcie-devices #712: a capture of an 8 GiB board.
    private const string Pi5 = """
        name: pi5
        title: Raspberry Pi 5
        memory:
          - {name: dma, kind: system, start: 0x80000, size: 28160KiB, source: System RAM}
          - {name: cma-linux-cma, kind: contiguous, start: 0x1c00000, size: 64MiB, source: reserved}
          - {name: dma-2, kind: system, start: 0x5c00000, size: 924MiB, source: System RAM}
          - {name: dma-3, kind: system, start: 0x40000000, size: 3GiB, source: System RAM}
          - {name: normal, kind: system, start: 0x100000000, size: 4GiB, source: System RAM}
        devices:
          - {name: display, driver: vc4, description: display, contiguous: true, dma_mask: 0xffffffffff}
        """;

    // coral.googlesource.com linux-imx 07c7d3ff: the camera's frames from contiguous low memory.
    private const string Imx8mq = """
        name: imx8mq-4g
        title: i.MX8M board with 4 GiB
        memory:
          - {name: low, kind: system, start: 0x40000000, size: 2752MiB, reserved: {every: 1MiB, pages: 1}, source: less pool and area}
          - {name: cma, kind: contiguous, start: 0xec000000, size: 256MiB, source: assumed}
          - {name: swiotlb, kind: bounce, start: 0xfc000000, size: 64MiB, source: default}
          - {name: high, kind: system, start: 0x100000000, size: 1GiB, reserved: {every: 1MiB, pages: 1}, source: above 3 GiB of RAM}
        devices:
          - {name: usb, driver: dwc3, description: dwc3, max_segment_size: 4294967295, dma_mask: 0xffffffff}
          - {name: vpu, driver: hantro-h1, description: hantro-h1, contiguous: true, dma_mask: 0xffffffff}
          - {name: gpu, driver: galcore, description: galcore, max_segment_size: 4294967295, dma_mask: 0xffffffff}
        """;

    // airockchip/librga #146: frames of the decoder above 4 GiB, and a blitter that reaches 32 bits; a heap of the low zone is the cure.
    private const string Rk3588 = """
        name: rk3588-8g
        title: RK3588 board with 8 GiB
        memory:
          - {name: dma, kind: system, start: 0x200000, size: 3582MiB, reserved: {every: 1MiB, pages: 1}, source: below the peripherals}
          - {name: cma, kind: contiguous, start: 0xe0000000, size: 256MiB, source: vendor kernel}
          - {name: normal, kind: system, start: 0x100000000, size: 4GiB, reserved: {every: 1MiB, pages: 1}, source: the rest}
        iommus:
          - {name: vdec-mmu, first: 0x0, last: 0xffffffff, source: 32 bit}
        devices:
          - {name: rkvdec, driver: rkvdec, description: decoder, contiguous: true, max_segment_size: 4294967295, iommu: vdec-mmu}
          - {name: rga2, driver: rga, description: blitter, max_segment_size: 4294967295, dma_mask: 0xffffffff}
        """;

    [Fact]
    public void One_run_of_RAM_on_an_empty_machine_stands_below_every_area_that_works()
    {
        var report = Advise(PiZero, 3934 * 4096, null, "unicam", "isp");

        Assert.Equal(["cma"], report.Candidates[0].Regions);
        var heap = Assert.Single(report.Candidates, candidate => candidate.Memory is ["ram"]);
        Assert.Equal((Verdict.ByLuck, heap), (heap.Verdict, report.Candidates[^1]));
        Assert.All(report.Candidates[..^1], candidate => Assert.Equal((Verdict.Works, "cma"), (candidate.Verdict, Assert.Single(candidate.Regions))));
    }

    [Fact]
    public void Without_an_area_luck_is_all_there_is_and_an_area_of_the_buffer_the_cure()
    {
        var report = Advise(PiZero.Replace("kind: contiguous", "kind: system", StringComparison.Ordinal), 3934 * 4096, null, "unicam", "isp");

        Assert.Equal(Verdict.ByLuck, report.Candidates[0].Verdict);
        Assert.Equal(["unicam", "isp"], report.Conflicts.Select(conflict => Assert.Single(conflict)));
        var area = Assert.Single(report.Fixes[0].Changes);
        Assert.Equal((ChangeKind.Area, 3934UL * 4096), (area.Kind, area.To));
        Assert.Contains("a contiguous area of 16113664 bytes", area.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_area_that_is_too_small_grows_into_the_RAM_beside_it()
    {
        var change = Assert.Single(Advise(PiZero, 100 << 20, null, "unicam", "isp").Fixes[0].Changes);

        Assert.Equal((ChangeKind.Area, 64UL << 20, 100UL << 20), (change.Kind, change.From, change.To));
        Assert.Equal(new AreaReport("cma", 0x18000000 - (36UL << 20), 100 << 20), change.Area);
    }

    [Fact]
    public void A_display_of_one_run_gets_the_area_and_no_zone()
    {
        var report = Advise(Pi5, 1920 * 1080 * 4, null, "display");

        Assert.Equal((Verdict.Works, "cma-linux-cma"), (report.Candidates[0].Verdict, Assert.Single(report.Candidates[0].Regions)));
        Assert.All(report.Candidates, candidate => Assert.Equal(candidate.Regions is ["cma-linux-cma"], candidate.Verdict == Verdict.Works));
    }

    [Fact]
    public void A_camera_on_USB_names_the_area_for_itself()
    {
        var best = Advise(Imx8mq, 1920 * 1080 * 2, "usb", "usb", "vpu", "gpu").Candidates[0];

        Assert.Equal(("usb", Allocating.ForItself, Verdict.Works), (best.Exporter, best.Allocates, best.Verdict));
        Assert.Equal(["cma"], best.Memory);
    }

    [Fact]
    public void A_heap_of_the_low_zone_serves_a_blitter_of_32_bits_in_all_orders_and_comes_before_its_own_export()
    {
        var report = Advise(Rk3588, 3732480, null, "rkvdec", "rga2");

        var heap = report.Candidates[0];
        Assert.Equal((Allocating.ForNobody, Verdict.Works, 2, 2), (heap.Allocates, heap.Verdict, heap.Orders.OrderCount, heap.Orders.WorkingCount));
        Assert.Equal(["dma"], heap.Memory);
        Assert.Equal("{constraints: translated, allocation: export, bouncing: true}", heap.Policy);
        var high = Assert.Single(report.Candidates, candidate => candidate.Memory is ["normal", "dma"]);
        Assert.Equal(("rga2", "EIO"), (Assert.Single(high.Refused).Importer, high.Refused[0].Refusal.Errno));
    }

    [Fact]
    public async Task The_same_heap_runs_under_a_policy_that_counts_the_IOMMU_of_the_decoder()
    {
        using var folder = new TemporaryFolder();
        folder.Write("rk3588.yaml", Rk3588);
        folder.Write("dma32-translated.yaml", """
            name: dma32-translated
            shows: The frame comes from a heap of the low zone, as the vendor's system-dma32 heap.
            board: rk3588.yaml
            policy: {allocation: export, constraints: translated}
            buffers: [{name: frame, size: 3732480, memory: dma}]
            importers:
              - {name: dec, device: rkvdec, steps: [attach, {map: frame, direction: from-device, expect: ok}]}
              - {name: blit, device: rga2, steps: [attach, {map: frame, direction: to-device, expect: ok}]}
            """);
        var scenario = ScenarioFile.Read(Path.Combine(folder.Path, "dma32-translated.yaml"));

        var run = await ScenarioRunner.PlayAsync(scenario, ModelEngine.Create(scenario.Board).Value, TestContext.Current.CancellationToken);

        Assert.Equal(RunResult.Good, run.Result);
        Assert.All(run.Steps, step => Assert.Empty(step.Hazards));
    }

    private static AdviceReport Advise(string board, ulong sizeBytes, string? exporter, params string[] devices) =>
        Advisor.Advise(new(BoardFile.Parse(board, "case.yaml"), [.. devices], sizeBytes) { Exporter = exporter });
}
