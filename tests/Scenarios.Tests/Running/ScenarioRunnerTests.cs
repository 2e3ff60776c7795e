using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Scenarios.Tests.Running;

public sealed class ScenarioRunnerTests
{
    public static TheoryData<string> Scenarios => ShippedFiles.Scenarios;

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Steps_tell_together_what_each_buffer_cost_and_what_went_wrong(string name)
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario(name));
        var engine = ModelEngine.Create(scenario.Board).Value;

        var report = await ScenarioRunner.PlayAsync(scenario, engine, TestContext.Current.CancellationToken);

        foreach (var export in scenario.Buffers)
        {
            var buffer = (await engine.DescribeAsync(export.Name)).Value;
            var steps = report.Steps.Where(step => step.Buffer == export.Name).ToList();
            Assert.Equal(buffer.Costs, steps.Aggregate(default(BufferCosts), (sum, step) => sum.And(step.Costs!.Value)));
            Assert.Equal(buffer.Hazards.Select(HazardReport.Of), steps.SelectMany(step => step.Hazards));
        }
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Segments_that_a_device_walks_are_as_long_as_the_buffer(string name)
    {
        var report = await PlayAsync(ScenarioFile.Read(ShippedFiles.Scenario(name)));

        foreach (var list in report.Steps.Select(step => step.Scatterlist).OfType<ScatterlistReport>())
        {
            // A list of physical ranges has segments alone.
            var isOfRanges = name == "peer-ranges";
            Assert.Equal(isOfRanges ? 0 : list.SizeBytes, list.Entries.Aggregate(0UL, (sum, entry) => sum + entry.Length));
            Assert.Equal((list.EntryCount, list.MappedEntryCount), (list.Entries.Length, list.Segments.Length));
            Assert.True((list.Segments.IsEmpty && !isOfRanges) || list.Segments.Aggregate(0UL, (sum, segment) => sum + segment.Length) == list.SizeBytes);
        }
    }

    [Fact]
    public async Task A_map_gives_segments_and_raw_access_a_list_or_numbers()
    {
        var steps = await StepsAsync("attach, map to-device, unmap, get-scatterlist, put-scatterlist, get-pfns, put-pfns, detach");

        Assert.Equal(["ok"], steps.Select(step => step.Outcome).Distinct());
        Assert.Equal((true, false), (steps[1].Scatterlist!.Segments.Length > 1, steps[1].Pfns is not null));
        Assert.Equal((0, 0), (steps[3].Scatterlist!.Segments.Length, steps[3].Scatterlist!.MappedEntryCount));
        Assert.Equal(steps[1].Scatterlist!.Entries, steps[3].Scatterlist!.Entries);
        Assert.Equal((49UL, 3392UL), (steps[5].Pfns!.PfnCount, steps[5].Pfns!.LastPageBytes));
        Assert.Equal(49UL, steps[5].Pfns!.Runs.Aggregate(0UL, (sum, run) => sum + run.Count));
        Assert.Null(steps[5].Scatterlist);
    }

    [Fact]
    public async Task Mapped_raw_access_gives_what_a_map_gives()
    {
        var steps = await StepsAsync(
            "attach, map to-device, unmap, get-scatterlist, map-scatterlist to-device, unmap, put-scatterlist, get-pfns, map-pfns to-device, unmap, put-pfns");

        Assert.Equal(["ok"], steps.Select(step => step.Outcome).Distinct());
        Assert.Equal(steps[1].Scatterlist!.Segments, steps[4].Scatterlist!.Segments);
        Assert.Equal(("map-scatterlist", "to-device"), (steps[4].Operation, steps[4].Direction));
        Assert.Equal(steps[1].Scatterlist!.SizeBytes, steps[8].Scatterlist!.Segments.Aggregate(0UL, (sum, segment) => sum + segment.Length));
    }

    [Fact]
    public async Task A_test_map_tells_what_a_map_would_give_and_holds_nothing()
    {
        var report = await PlayAsync(ScenarioWith("attach, test-map to-device"));

        var step = report.Steps[^1];
        Assert.Equal(("test-map", "to-device", "ok"), (step.Operation, step.Direction, step.Outcome));
        Assert.True(step.Scatterlist!.MappedEntryCount > 1);
        Assert.All(report.Memory, region => Assert.Equal(0UL, region.HeldBytes));
    }

    [Fact]
    public async Task A_map_is_reported_with_its_direction_and_options()
    {
        var steps = await StepsAsync("attach, {map: frame, direction: to-device, options: [no-bounce]}");

        Assert.Equal("to-device", steps[1].Direction);
        Assert.Equal(["no-bounce"], steps[1].Options);
        Assert.Null(steps[0].Direction);
    }

    [Fact]
    public async Task Cache_work_is_told_where_it_is_done()
    {
        var steps = await StepsAsync("attach, map from-device, begin-cpu-access from-device, cpu-access from-device, end-cpu-access, unmap");

        Assert.Equal(
            [(0UL, 0UL), (0UL, 1UL), (0UL, 1UL), (0UL, 0UL), (0UL, 0UL), (0UL, 1UL)],
            steps.Select(step => (step.Costs!.Value.CacheCleans, step.Costs!.Value.CacheInvalidates)));
        Assert.All(steps, step => Assert.Empty(step.Hazards));
    }

    [Fact]
    public async Task CPU_access_out_of_turn_is_a_hazard_of_its_step()
    {
        var steps = await StepsAsync("attach, map from-device, cpu-access to-device");

        Assert.Equal("cpu_access_while_device_owns", Assert.Single(steps[2].Hazards).Kind);
    }

    [Fact]
    public async Task A_driver_that_changes_shows_when_the_union_is_recalculated()
    {
        var steps = await StepsAsync("attach, recalculate, {set-parameters: {max_segment_size: 8192}}, recalculate");

        Assert.False(steps[1].Recalculated!.Differs);
        Assert.Equal((8192u, 0u, 0ul), (steps[2].Parameters!.MaxSegmentSize, steps[2].Parameters!.MaxSegmentCount, steps[2].Parameters!.SegmentBoundaryMask));
        Assert.True(steps[3].Recalculated!.Differs);
        Assert.Equal(8192u, steps[3].Recalculated!.Union.MaxSegmentSize);
        Assert.Equal(steps[1].Union, steps[3].Union);
    }

    [Fact]
    public async Task A_map_through_MMUs_tells_what_it_holds_of_each_from_memory_to_the_device()
    {
        var report = await PlayAsync(ScenarioFile.Read(ShippedFiles.Scenario("two-stages")));

        var list = report.Steps.First(step => step is { Importer: "gpu", Operation: "map" }).Scatterlist!;
        Assert.Equal(["system-mmu", "gpu-mmu"], list.Stages.Select(stage => stage.Iommu));
        Assert.True(list.EntryCount > list.MappedEntryCount);
        Assert.Equal(list.Segments[0].Address, list.Stages[^1].First);
        Assert.All(list.Stages, stage => Assert.True(stage.Last - stage.First + 1 >= list.SizeBytes));
        Assert.All(list.Stages, stage => Assert.Equal((0u, 4096u), (stage.Context, stage.Granule)));
    }

    [Fact]
    public async Task A_map_of_copies_tells_where_each_lies()
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("silent-bounce"));
        var windows = scenario.Board.Devices.Single(device => device.Name == "bcm2835-dma").Windows;

        var report = await PlayAsync(scenario);

        var step = report.Steps.First(step => step is { Importer: "copier", Operation: "map" });
        var list = step.Scatterlist!;
        Assert.Equal(list.SizeBytes, list.BytesBounced);
        Assert.Equal(list.Segments.Select(segment => (ulong?)segment.Address), list.Bounces.Select(bounce => windows.ToBus(bounce.Address)));
        Assert.Equal(((ulong)list.Bounces.Length, list.BytesBounced), (step.Costs!.Value.Bounces, step.Costs.Value.BytesBounced));
    }

    [Fact]
    public async Task A_switch_of_contexts_changes_what_an_unmap_is_answered()
    {
        var report = await PlayAsync(ScenarioFile.Read(ShippedFiles.Scenario("wrong-context")));

        Assert.Equal(
            [
                ("attach", null, "ok"),
                ("map", null, "ok"),
                ("switch-context", 1u, "ok"),
                ("unmap", null, "EINVAL"),
                ("switch-context", 0u, "ok"),
                ("unmap", null, "ok"),
                ("switch-context", 4u, "EINVAL"),
            ],
            report.Steps.Where(step => step.Importer == "codec").Select(step => (step.Operation, step.Context, step.Outcome)));
    }

    [Fact]
    public async Task A_switch_of_contexts_is_about_the_device_and_no_buffer()
    {
        var step = (await StepsAsync("{switch-context: 1, expect: EINVAL}"))[0];

        Assert.Equal(("switch-context", 1u, "EINVAL"), (step.Operation, step.Context!.Value, step.Outcome));
        Assert.Equal("iommu", step.Refusal!.Field);
        Assert.Null(step.Buffer);
        Assert.Null(step.Union);
        Assert.Null(step.Costs);
    }

    [Theory]
    [InlineData("attach, {get-scatterlist: frame, expect: EINVAL}, put-scatterlist", "skipped")]
    [InlineData("attach, {get-pfns: frame, expect: EINVAL}, put-pfns", "skipped")]
    [InlineData("attach, {get-pfns: frame, expect: EINVAL}, map-pfns", "skipped")]
    [InlineData("attach, {get-scatterlist: frame, expect: EINVAL}, map-scatterlist", "skipped")]
    [InlineData("attach, map-scatterlist", "EINVAL")]
    [InlineData("revoke, attach, map-pfns", "skipped")]
    [InlineData("attach, get-scatterlist, map-scatterlist, put-scatterlist", "EBUSY")]
    [InlineData("attach, get-pfns, map-pfns, map-pfns, unmap, unmap, put-pfns", "ok")]
    [InlineData("attach, get-scatterlist, map-scatterlist, map-scatterlist, unmap, put-scatterlist", "ok")]
    [InlineData("attach, put-scatterlist", "EINVAL")]
    [InlineData("attach, put-pfns", "EINVAL")]
    [InlineData("attach, map, put-scatterlist", "EINVAL")]
    [InlineData("attach, get-pfns, unmap", "EINVAL")]
    [InlineData("test-map", "EINVAL")]
    [InlineData("end-cpu-access", "EINVAL")]
    [InlineData("{begin-cpu-access: frame, expect: EINVAL}, end-cpu-access", "skipped")]
    [InlineData("revoke, attach, test-map", "skipped")]
    [InlineData("revoke, attach, end-cpu-access", "EINVAL")]
    [InlineData("attach, map, begin-cpu-access to-device, begin-cpu-access, end-cpu-access, end-cpu-access", "ok")]
    [InlineData("attach, get-pfns, get-pfns, put-pfns, put-pfns, put-pfns", "EINVAL")]
    public async Task A_step_is_skipped_only_when_an_earlier_refusal_left_nothing_to_do_it_with(string steps, string last)
    {
        // No struct pages and no numbers: raw access is refused, mappings are not.
        var memory = last == "skipped" ? MemoryKind.Stolen : MemoryKind.System;

        Assert.Equal(last, (await PlayAsync(ScenarioWith(steps, memory))).Steps[^1].Outcome);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(63)]
    public async Task An_importer_may_have_the_longest_name(int length)
    {
        var importer = new string('a', length);
        var scenario = ScenarioWith(string.Join(", ", Enumerable.Repeat("attach, map, unmap, detach", 30)));
        scenario = scenario with
        {
            Importers = [.. scenario.Importers.Select(actor => actor with { Name = importer }), scenario.Importers[0] with { Name = importer[..^1] + 'b' }],
            Order = [.. scenario.Order.SelectMany(index => (int[])[index, index + 1])],
        };

        Assert.All((await PlayAsync(scenario)).Steps, step => Assert.Equal("ok", step.Outcome));
    }

    private static async Task<StepReport[]> StepsAsync(string steps) =>
        [.. (await PlayAsync(ScenarioWith(steps))).Steps.Skip(1)];

    private static Task<RunReport> PlayAsync(Scenario scenario) => ScenarioRunner.PlayAsync(
        scenario, ModelEngine.Create(scenario.Board).Value, TestContext.Current.CancellationToken);

    private static Scenario ScenarioWith(string steps, MemoryKind kind = MemoryKind.System)
    {
        using var board = new TemporaryFile(
            $$"""
            name: board
            title: Fragmented
            memory:
              - {name: ram, kind: system, start: 0x1000000, size: 16MiB, reserved: {every: 64KiB, pages: 1}, source: made up}
              - {name: stolen, kind: stolen, start: 0x8000000, size: 16MiB, source: made up}
            devices:
              - {name: gpu, driver: gpu, description: A GPU, max_segment_size: 4294967295}
            """);
        using var scenario = new TemporaryFile(
            $$"""
            name: test
            shows: A test.
            board: {{board.Path}}
            buffers:
              - {name: frame, size: 200000{{(kind == MemoryKind.Stolen ? ", memory: stolen" : string.Empty)}}}
            importers:
              - {name: gpu, device: gpu, steps: [{{steps}}]}
            """);
        return ScenarioFile.Read(scenario.Path);
    }
}
