using System.Globalization;
using System.Xml.Linq;
using DmaGrains.Analysis.Drawing;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Drawing;

/// <summary>Pictures are SVG documents that show everything they are about.</summary>
public sealed class PictureTests
{
    public static TheoryData<string> Scenarios => ShippedFiles.Scenarios;

    public static TheoryData<string> Boards => ShippedFiles.Boards;

    [Theory, MemberData(nameof(Scenarios))]
    public async Task Memory_shows_every_region_and_every_holder(string name)
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario(name));
        var engine = ModelEngine.Create(scenario.Board).Value;
        await ScenarioRunner.PlayAsync(scenario, engine, TestContext.Current.CancellationToken);

        var texts = TextsOf(MemoryPicture.Draw(name, scenario.Shows, engine.Fullest));

        Assert.All(scenario.Board.Memory, region => Assert.Contains(texts, text => text.StartsWith($"{region.Name}, ", StringComparison.Ordinal)));
        Assert.All(engine.Fullest.Allocations, held =>
            Assert.Contains(texts, text => text.StartsWith($"{held.Request.Token.Buffer}: ", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(Boards))]
    public void Topology_shows_every_device_MMU_and_region(string name)
    {
        var board = BoardFile.Read(ShippedFiles.Board(name));

        var texts = TextsOf(TopologyPicture.Draw(board));

        Assert.All(board.Devices, device => Assert.Contains(device.Name, texts));
        Assert.All(board.Devices.Select(device => device.Iommu).OfType<string>(), stage => Assert.Contains(stage, texts));
        Assert.All(board.Memory, region => Assert.Contains(texts, text => text.StartsWith($"{region.Name}, ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(PeerAccess.ReadWrite, "nic reaches bar over pcie", 0, 3)]
    [InlineData(PeerAccess.Write, "nic may only write bar over pcie", 1, 5)]
    [InlineData(PeerAccess.Read, "nic may only read bar over pcie", -1, 5)]
    public void Topology_shows_which_way_data_goes_between_peers(PeerAccess access, string tip, int pointsTo, int lines)
    {
        var board = new BoardDefinition(
            "peers",
            "A graphics card and two network cards",
            [new("bar", MemoryKind.Vram, new PageExtent(0, 16)) { Device = "gpu", PeerBus = "pcie", PeerAccess = access }],
            [
                new("gpu", null) { PeerBus = "pcie" },
                new("nic", null) { PeerBus = "pcie", PeerToPeer = true },
                new("deaf", null) { PeerBus = "pcie" },
                new("away", null) { PeerBus = "pci", PeerToPeer = true },
            ]);

        var picture = TopologyPicture.Draw(board);

        new Drawn(picture).IsTidy();
        var paths = XDocument.Parse(picture).Descendants().Where(shape => shape.Name.LocalName == "line" && shape.Value.Contains(" over pc", StringComparison.Ordinal));
        var path = paths.Where(shape => shape.Value == tip).ToList();
        Assert.Equal(lines, path.Count);

        // The other two take no peer's memory, or are on another bus.
        Assert.Equal(path, paths);

        // The two strokes of an arrowhead end where the path does: at memory, or at the device.
        var ends = path.Skip(3).Select(stroke => (X: Of(stroke, "x2"), Y: Of(stroke, "y2"), FromRight: Of(stroke, "x1") > Of(stroke, "x2"))).Distinct().ToList();
        var end = pointsTo > 0 ? (Of(path[2], "x2"), Of(path[2], "y2"), false) : (Of(path[0], "x1"), Of(path[0], "y1"), true);
        Assert.Equal(pointsTo == 0 ? [] : [end], ends);

        static double Of(XElement line, string attribute) => double.Parse(line.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Orders_that_begin_alike_share_their_first_steps()
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("camera-gpu-display"));
        var explored = Exploration.Play(scenario, new ExplorationOptions(), null, TestContext.Current.CancellationToken);
        var report = Exploration.ReportOf(scenario, [], [explored]);

        var texts = TextsOf(OrdersPicture.Draw(report));

        // All failures begin with the GPU's attach and map.
        Assert.Equal(3, report.Policies[0].Failures.Length);
        Assert.Equal(2, texts.Count(text => text == "gpu"));
        Assert.All(report.Policies[0].Failures, failure => Assert.Contains(failure.Reason, texts));
        Assert.Equal(3, texts.Count(text => text == "attach frame EBUSY"));
    }

    [Fact]
    public void Orders_that_all_work_are_said_to()
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("own-lists"));
        var explored = Exploration.Play(
            scenario, new ExplorationOptions { Faults = [] }, null, TestContext.Current.CancellationToken);
        var report = Exploration.ReportOf(scenario, [], [explored]);
        var none = report with { Policies = [report.Policies[0] with { Failures = [] }] };
        Assert.Contains(TextsOf(OrdersPicture.Draw(none)), text => text.EndsWith("none fails", StringComparison.Ordinal));
    }

    [Fact]
    public void Shares_of_memory_are_to_scale()
    {
        // 800 pages are 800 cells, a hundred in a row: what is held is 150 pages, a row and a half.
        var memory = PhysicalMemory.Create([new("ram", MemoryKind.System, new PageExtent(0, 800))]).Value;
        var (held, reply) = memory.Allocate(new(new("frame", 0), 150 << 12, new(uint.MaxValue, uint.MaxValue, ulong.MaxValue), ulong.MaxValue, "gpu"));
        Assert.True(reply.IsGranted);

        var document = XDocument.Parse(MemoryPicture.Draw("a", "b", held));

        var boxes = document.Descendants()
            .Where(shape => shape.Name.LocalName == "rect" && shape.Value.Contains("frame has 1 of 1 pages", StringComparison.Ordinal) && shape.Attribute("fill")!.Value != "#eeeeee")
            .Select(shape => (double)shape.Attribute("width")!);
        Assert.Equal(1500, boxes.Sum(width => width + 1), 1.0);
    }

    [Fact]
    public void Text_of_a_scenario_cannot_leave_its_place()
    {
        var memory = PhysicalMemory.Create([new("ram", MemoryKind.System, new PageExtent(0, 16))]).Value;
        Assert.Contains("<script>&\"", TextsOf(MemoryPicture.Draw("a", "<script>&\"", memory)));
    }

    private static List<string> TextsOf(string svg) =>
        [.. XDocument.Parse(svg).Descendants().Where(shape => shape.Name.LocalName == "text").Select(shape => shape.Value)];
}
