using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Analysis.Advising;
using DmaGrains.Model;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;


namespace DmaGrains.Analysis.Tests.Advising;

public sealed class AdvisorTests
{
    private const ulong FrameBytes = 1920UL * 1080 * 4;

    private static readonly string[] _conflict = ["vc4", "sdhci"];

    [Fact]
    public void Advice_that_nobody_waits_for_any_more_stops() => AnyRequest.Any.Sample(request =>
        Assert.Throws<OperationCanceledException>(() => Advisor.Advise(request with { Cancellation = new CancellationToken(canceled: true) })), iter: 10);

    [Fact]
    public void What_works_is_refused_in_no_order_that_it_is_said_to_work_in() => AnyRequest.Any.Sample(request =>
    {
        var devices = request.Devices;
        foreach (var candidate in Advisor.Advise(request).Candidates.Where(candidate => candidate.Verdict == Verdict.Works))
        {
            var run = RunOf(request, candidate);
            Assert.All(Orders(devices), order => Assert.Null(run.Trouble(order, devices.Length)));
            if (candidate.Orders.WorkingCount == candidate.Orders.OrderCount)
            {
                Assert.All(Orders(devices), order => Assert.Null(run.Trouble(order, 1)));
            }

            foreach (var first in candidate.Orders.AttachFirst)
            {
                var late = Orders(devices.RemoveRange(first));
                Assert.All(
                    Orders(first).SelectMany(early => late.Select(rest => early.Concat(rest))),
                    order => Assert.Null(run.Trouble(order, first.Length)));
            }
        }
    }, iter: 200);

    [Fact]
    public void What_does_not_work_is_refused_or_goes_wrong_in_every_order_when_all_attach_first() => AnyRequest.Any.Sample(request =>
    {
        foreach (var candidate in Advisor.Advise(request).Candidates.Where(candidate => candidate.Verdict != Verdict.Works))
        {
            var run = RunOf(request, candidate);
            Assert.All(Orders(request.Devices), order => Assert.NotNull(run.Trouble(order, request.Devices.Length)));
        }
    }, iter: 200);

    [Fact]
    public void Orders_are_counted_as_they_come_out() => AnyRequest.Any.Sample(request =>
    {
        foreach (var candidate in Advisor.Advise(request).Candidates)
        {
            var run = RunOf(request, candidate);
            var orders = Orders(request.Devices)
                .Where(order => candidate.Allocates != AllocatesFor.ForItself || order[0] == candidate.Exporter)
                .ToList();

            Assert.Equal(orders.Count, candidate.Orders.OrderCount);
            Assert.Equal(orders.Count(order => run.Trouble(order, 1) is null), candidate.Orders.WorkingCount);
        }
    }, iter: 100);

    [Fact]
    public void Conflicts_are_all_the_sets_that_fail_while_every_set_within_them_works() => AnyRequest.Any.Sample(request =>
    {
        var report = Advisor.Advise(request);
        if (report.Candidates[0].Verdict == Verdict.Works)
        {
            Assert.Empty(report.Conflicts);
            Assert.Empty(report.Fixes);
            return;
        }

        var failing = Sets(request.Devices).Where(set => !Works(request with { Devices = set })).ToList();
        var minimal = failing.Where(set => !failing.Any(other => other.Length < set.Length && other.All(set.Contains)));

        Assert.Equal(
            minimal.Select(set => string.Join(',', set)).Order(StringComparer.Ordinal),
            report.Conflicts.Select(set => string.Join(',', set)).Order(StringComparer.Ordinal));
    }, iter: 200);

    [Fact]
    public void Every_fix_works_when_it_is_applied_and_is_the_smallest_of_its_kind() => AnyRequest.Any.Sample(request =>
    {
        foreach (var fix in Advisor.Advise(request).Fixes)
        {
            var changed = fix.Changes.Aggregate(request, FixedBy);
            var copied = fix.Changes.Where(change => change.Kind == ChangeKind.Copy).Select(change => change.Device!).ToList();
            var sharing = changed.Devices.RemoveRange(copied);
            var run = new TrialRun(changed, fix.Exporter, fix.Allocates, fix.Memory)
            {
                LateAttach = fix.Changes.Any(change => change.Kind == ChangeKind.Lists) ? LateAttach.Resplit : LateAttach.RefuseStricter,
            };

            Assert.Null(run.Trouble(sharing, sharing.Length));
            Assert.All(copied, device => Assert.True(Works(changed with { Devices = [device], Exporter = null })));
            if (fix.Changes is [var change] && Smaller(change) is { } smaller)
            {
                Assert.False(Works(FixedBy(request, smaller)), $"{smaller}");
            }
        }
    }, iter: 200);

    [Fact]
    public void Who_has_to_export_exports() => AnyRequest.Any.Sample(request =>
    {
        var report = Advisor.Advise(request with { Exporter = "d0" });

        Assert.All(report.Candidates, candidate => Assert.Equal("d0", candidate.Exporter));
    }, iter: 50);

    [Fact]
    public void A_window_is_widened_as_far_as_there_is_memory_and_no_further_than_must_be()
    {
        var board = new Model.Boards.BoardDefinition(
            "b", "b", [new("ram", MemoryKind.System, new(0x8000, 0x8000))],
            [new("usb", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue, Windows = new(new DmaWindow(0, 0xc000_0000, 0x100_0000)) }]);

        var window = Assert.Single(Advisor.Advise(new(board, ["usb"], 1 << 20)).Fixes, fix => fix.Changes[0].Kind == ChangeKind.Reach).Changes[0];

        Assert.Equal(("usb", "windows", 0x100_0000UL, 0x1000_0000UL), (window.Device, window.Field, window.From, window.To));
    }

    [Fact]
    public void On_a_raspberry_pi_the_GPU_cannot_export_for_the_display_and_the_display_can_for_the_GPU()
    {
        var report = Advisor.Advise(Pi(FrameBytes, "v3d", "vc4"));

        var gpu = Assert.Single(report.Candidates, candidate => candidate is { Exporter: "v3d", Allocates: AllocatesFor.ForItself });
        var refused = Assert.Single(gpu.Refused);
        Assert.Equal(("vc4", "attach", "max_segment_count", 10UL, 1UL), (
            refused.Importer, refused.Operation, refused.Refusal.Field, refused.Refusal.Needed, refused.Refusal.Limit));
        var display = Assert.Single(report.Candidates, candidate => candidate is { Exporter: "vc4", Allocates: AllocatesFor.ForItself });
        Assert.Equal((Verdict.Works, FrameBytes), (display.Verdict, display.ContiguousBytes));
        Assert.Equal(["cma"], display.Regions);
        var forAll = Assert.Single(report.Candidates, candidate => candidate is { Exporter: null, Allocates: AllocatesFor.ForAll, Memory: [] });
        Assert.Equal(["vc4"], Assert.Single(forAll.Orders.AttachFirst));
        Assert.Equal(display, report.Candidates[0]);
    }

    [Fact]
    public void A_mapping_that_silently_bounces_is_named()
    {
        var report = Advisor.Advise(new(Board("raspberry-pi-4-aged"), ["v3d", "bcm2835-dma"], FrameBytes) { Exporter = "v3d" });

        var bounced = Assert.Single(report.Candidates, candidate => candidate is { Allocates: AllocatesFor.ForItself, Memory: [] });
        Assert.Equal((Verdict.WorksWrongly, 2025UL, FrameBytes), (bounced.Verdict, bounced.Costs.Bounces, bounced.Costs.BytesBounced));
        Assert.Equal(("bounced", "bcm2835-dma"), (Assert.Single(bounced.Hazards).Kind, bounced.Hazards[0].Importer));
        Assert.Equal(Verdict.Works, report.Candidates[0].Verdict);
    }

    [Fact]
    public void What_is_too_long_to_bounce_is_refused_with_the_numbers()
    {
        var report = Advisor.Advise(Pi(FrameBytes, "v3d", "bcm2835-dma") with { Exporter = "v3d" });

        var refused = Assert.Single(report.Candidates, candidate => candidate is { Allocates: AllocatesFor.ForItself, Memory: [] }).Refused;
        Assert.Equal(("bcm2835-dma", "EIO"), (Assert.Single(refused).Importer, refused[0].Refusal.Errno));
        Assert.Contains("262144", refused[0].Refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void One_contiguous_importer_and_one_of_short_segments_conflict_until_each_gets_a_list_a_copy_or_an_iommu()
    {
        var report = Advisor.Advise(Pi(FrameBytes, "v3d", "vc4", "sdhci"));

        Assert.Equal(_conflict, Assert.Single(report.Conflicts));
        ChangeReport[] changes = [.. report.Fixes.Select(fix => Assert.Single(fix.Changes))];
        Assert.Equal(
            [ChangeKind.Lists, ChangeKind.Limit, ChangeKind.Copy, ChangeKind.Copy, ChangeKind.Frame, ChangeKind.Iommu],
            changes.Select(change => change.Kind));
        Assert.Equal(("sdhci", "max_segment_size", 65536UL, FrameBytes), (changes[1].Device, changes[1].Field, changes[1].From, changes[1].To));
        Assert.Equal("vc4", changes[5].Device);
    }

    [Fact]
    public void Larger_than_the_contiguous_area_a_larger_area_a_smaller_buffer_or_an_iommu_helps()
    {
        var report = Advisor.Advise(Pi(128 << 20, "v3d", "vc4"));

        Assert.Equal(["vc4"], Assert.Single(report.Conflicts));
        Assert.Equal(
            [(ChangeKind.Area, 128UL << 20), (ChangeKind.Frame, 64UL << 20), (ChangeKind.Iommu, null)],
            report.Fixes.Select(fix => (fix.Changes[0].Kind, fix.Changes[0].To)));
    }

    [Fact]
    public void An_area_grows_into_the_RAM_beside_it_and_is_set_aside_elsewhere_where_there_is_none()
    {
        var devices = (ImmutableArray<Device>)[new Device("cam", null) { RequiresContiguous = true }];
        MemoryRegionLayout[] memory = [new("low", MemoryKind.System, new(0x100, 0x3f00)), new("cma", MemoryKind.Contiguous, new(0x4000, 256))];

        var beside = Assert.Single(Advisor.Advise(new(new("b", "b", [.. memory], devices), ["cam"], 8 << 20)).Fixes, IsArea).Changes[0];
        var apart = Assert.Single(Advisor.Advise(new(new("b", "b", [memory[0], memory[1] with { Range = new(0x8000, 256) }], devices), ["cam"], 8 << 20)).Fixes, IsArea).Changes[0];
        var none = Assert.Single(Advisor.Advise(new(new("b", "b", [memory[0]], devices), ["cam"], 8 << 20)).Fixes, IsArea).Changes[0];

        Assert.Equal((new AreaReport("cma", 0x3900000, 8 << 20), 1048576UL), (beside.Area, beside.From));
        Assert.Equal((new AreaReport("cma-2", 0x3800000, 8 << 20), null), (apart.Area, apart.From));
        Assert.Equal(new AreaReport("cma", 0x3800000, 8 << 20), none.Area);

        static bool IsArea(FixReport fix) => fix.Changes[0].Kind == ChangeKind.Area;
    }

    [Theory]
    [InlineData(1, Verdict.Works)]
    [InlineData(2, Verdict.ByLuck)]
    [InlineData(1024, Verdict.ByLuck)]
    [InlineData(1025, Verdict.ByLuck)]
    public void One_run_of_the_page_allocator_is_luck_from_the_second_page_on(ulong pages, Verdict verdict)
    {
        var board = new Model.Boards.BoardDefinition(
            "b", "b", [new("ram", MemoryKind.System, new(0x100, 0x4000))], [new("cam", null) { RequiresContiguous = true }]);

        var report = Advisor.Advise(new(board, ["cam"], pages << Page.Shift));

        Assert.Equal(verdict, report.Candidates[0].Verdict);
        Assert.Equal(verdict == Verdict.Works, report.Fixes.IsEmpty);
        Assert.Equal(pages > 1024 ? Verdict.Refused : verdict, report.Candidates.Single(candidate => candidate.Allocates == AllocatesFor.ForItself).Verdict);
    }

    [Fact]
    public void What_is_by_luck_is_ranked_below_every_contiguous_area_that_works() => AnyRequest.Any.Sample(request =>
    {
        var verdicts = Advisor.Advise(request).Candidates.Select(candidate => candidate.Verdict).ToList();

        Assert.Equal(verdicts.Order(), verdicts);
    }, iter: 50);

    [Fact]
    public void A_device_exports_from_its_own_area_without_naming_it_and_in_no_other_row_for_itself()
    {
        var board = BoardFile.Read(Path.Combine(AppContext.BaseDirectory, "boards", "ast2500.yaml"));

        var rows = Advisor.Advise(new(board, ["display", "video"], 1920 * 1200 * 4)).Candidates;

        Assert.Equal(
            [("display", "framebuffer", true), ("video", "jpegbuffer", true)],
            rows.Where(row => row.Allocates == AllocatesFor.ForItself).Select(row => (row.Exporter!, row.Regions.Single(), row.Memory.IsEmpty)));
        Assert.All(rows.Take(2), row => Assert.Equal((Verdict.Works, AllocatesFor.ForItself), (row.Verdict, row.Allocates)));
    }

    [Fact]
    public void A_frame_that_is_longer_than_its_exporters_own_area_is_refused_and_one_from_the_others_area_works()
    {
        var board = BoardFile.Read(Path.Combine(AppContext.BaseDirectory, "boards", "ast2500.yaml"));

        var rows = Advisor.Advise(new(board, ["display", "video"], 20 << 20)).Candidates;

        Assert.Equal(("video", Verdict.Works), (rows[0].Exporter, rows[0].Verdict));
        Assert.Equal([Errno.ENOMEM.ToString()], rows.Single(row => row is { Exporter: "display", Allocates: AllocatesFor.ForItself }).Refused.Select(refused => refused.Refusal.Errno.ToString()).Distinct());
    }

    [Fact]
    public void A_heap_of_one_zone_is_offered_where_the_system_heap_takes_another()
    {
        var board = new Model.Boards.BoardDefinition(
            "b", "b",
            [new("low", MemoryKind.System, new(0x100, 0x4000)), new("tiny", MemoryKind.System, new(0x8000, 8)), new("high", MemoryKind.System, new(0x10_0000, 0x4000))],
            [new("blit", new(uint.MaxValue, 0, 0))]);

        var report = Advisor.Advise(new(board, ["blit"], 1 << 20));

        Assert.Equal(["low"], report.Candidates[0].Memory);
        Assert.Equal(
            ["high,tiny,low", "low"],
            report.Candidates.Where(candidate => candidate.Allocates == AllocatesFor.ForNobody).Select(candidate => string.Join(',', candidate.Memory)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_mask_is_widened_as_far_as_there_is_memory_and_no_further_than_must_be()
    {
        var board = new Model.Boards.BoardDefinition(
            "b", "b", [new("high", MemoryKind.System, new(0x10_0000, 0x10_0000))],
            [new("blit", new(uint.MaxValue, 0, 0)), new("bus", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue, BusDmaLimit = 0x3fff_ffff }]);

        var mask = Assert.Single(Advisor.Advise(new(board, ["blit"], 1 << 20)).Fixes, fix => fix.Changes[0].Kind == ChangeKind.Reach).Changes[0];
        var limit = Assert.Single(Advisor.Advise(new(board, ["bus"], 1 << 20)).Fixes, fix => fix.Changes[0].Kind == ChangeKind.Reach).Changes[0];

        Assert.Equal(("blit", "dma_mask", 0xffff_ffffUL, 0x1_ffff_ffffUL), (mask.Device, mask.Field, mask.From, mask.To));
        Assert.Equal(("bus", "bus_dma_limit", 0x3fff_ffffUL, 0x1_ffff_ffffUL), (limit.Device, limit.Field, limit.From, limit.To));
    }

    private static AdviceRequest Pi(ulong sizeBytes, params ImmutableArray<string> devices) => new(Board("raspberry-pi-4"), devices, sizeBytes);

    private static Model.Boards.BoardDefinition Board(string name) => BoardFile.Read(ShippedFiles.Board(name));

    private static bool Works(AdviceRequest request) => Advisor.Advise(request).Candidates[0].Verdict == Verdict.Works;

    private static TrialRun RunOf(AdviceRequest request, CandidateReport candidate) =>
        new(request, candidate.Exporter, candidate.Allocates, candidate.Memory);

    /// <summary>The request with what a report says made true; copies and lists are the caller's.</summary>
    private static AdviceRequest FixedBy(AdviceRequest request, ChangeReport change) => change.Kind switch
    {
        ChangeKind.Limit => With(request, change.Device!, device => device with { Parameters = Raised(device.Parameters!.Value, change) }),
        ChangeKind.Frame => request with
        {
            SizeBytes = change.To!.Value,
            Lines = request.Lines is { } lines ? lines with { Height = (uint)(change.To.Value / lines.StrideBytes) } : null,
        },
        ChangeKind.Iommu => With(
            request with { Board = request.Board with { Stages = request.Board.Stages.Add(new($"for-{change.Device}", new(new(0), new(uint.MaxValue), 4096))) } },
            change.Device!,
            device => device with { Iommu = $"for-{change.Device}" }),
        ChangeKind.Area => request with { Board = request.Board with { Memory = WithArea(request.Board.Memory, change.Area!, change.To!.Value >> Page.Shift) } },
        ChangeKind.Reach => With(request, change.Device!, device => change.Field switch
        {
            "dma_mask" => device with { DmaMask = change.To!.Value },
            "windows" => device with { Windows = new(device.Windows.All[0] with { SizeBytes = change.To!.Value }) },
            _ => device with { BusDmaLimit = change.To!.Value },
        }),
        _ => request,
    };

    /// <summary>The regions with an area where RAM and perhaps a smaller area of that name were.</summary>
    private static ImmutableArray<MemoryRegionLayout> WithArea(ImmutableArray<MemoryRegionLayout> memory, AreaReport area, ulong pages)
    {
        var range = new PageExtent(area.Start >> Page.Shift, pages);
        return
        [
            new(area.Name, MemoryKind.Contiguous, range),
            .. memory.Where(region => region.Name != area.Name).SelectMany(region => Without(region, range)),
        ];
    }

    private static IEnumerable<MemoryRegionLayout> Without(MemoryRegionLayout region, PageExtent taken)
    {
        var (first, end) = (region.Range.FirstPfn, region.Range.EndPfn);
        if (taken.FirstPfn >= end || taken.EndPfn <= first)
        {
            return [region];
        }

        Assert.Equal(MemoryKind.System, region.Kind);
        var (below, above) = (Math.Max(first, taken.FirstPfn), Math.Min(end, taken.EndPfn));
        PageExtent[] left = [new(first, below - first), new(above, end - above)];
        return left.Where(part => part.PageCount != 0).Select((part, index) => region with { Name = index == 0 ? region.Name : "above", Range = part });
    }

    /// <summary>The next smaller change; null when it is no change any more, or the change is made or not.</summary>
    private static ChangeReport? Smaller(ChangeReport change)
    {
        var smaller = change.Kind is ChangeKind.Limit or ChangeKind.Frame or ChangeKind.Reach or ChangeKind.Area
            ? change with
            {
                To = change.Field switch
                {
                    "max_segment_count" => change.To - 1,
                    "max_segment_size" => change.To - 4096,
                    "segment_boundary_mask" or "dma_mask" or "bus_dma_limit" or "windows" => change.To >> 1,
                    null when change.Kind == ChangeKind.Area => change.To - 4096,
                    _ => change.To + 4096,
                },
            }
            : change;
        return change.Kind == ChangeKind.Frame ? smaller.To < change.From ? smaller : null
            : smaller.To > (change.From ?? 0) && smaller != change ? smaller
            : null;
    }

    private static DeviceDmaParameters Raised(DeviceDmaParameters parameters, ChangeReport change) => change.Field switch
    {
        "max_segment_size" => parameters with { MaxSegmentSize = (uint)change.To!.Value },
        "max_segment_count" => parameters with { MaxSegmentCount = (uint)change.To!.Value },
        _ => parameters with { SegmentBoundaryMask = change.To!.Value },
    };

    private static AdviceRequest With(AdviceRequest request, string name, Func<Device, Device> change)
    {
        var known = request.Board.Devices.First(device => device.Name == name);
        return request with { Board = request.Board with { Devices = request.Board.Devices.Replace(known, change(known)) } };
    }

    private static IEnumerable<ImmutableArray<string>> Orders(ImmutableArray<string> devices) => devices.IsEmpty
        ? [[]]
        : devices.SelectMany(device => Orders(devices.Remove(device)).Select(rest => rest.Insert(0, device)));

    private static IEnumerable<ImmutableArray<string>> Sets(ImmutableArray<string> devices) => Enumerable
        .Range(1, (1 << devices.Length) - 1)
        .Select(mask => devices.Where((_, index) => (mask & (1 << index)) != 0).ToImmutableArray());
}
